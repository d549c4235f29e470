"""Reading a model file's header, and completing old phi-2 files that lack a key."""

import gguf
import pytest

from app.inference import gguf_header
from app.inference.app.generation import GenerateRequest
from app.inference.app.local_engine import LocalEngine
from app.inference.app.model_file import ModelFile
from app.language_model import gguf_file, train


@pytest.fixture
def old_file(trained, tmp_path, monkeypatch):
    """The trained model as a converter of early 2024 would have written it."""
    weights, shape, tokenizer = gguf_file.read(trained / train.WEIGHTS_FILE)
    monkeypatch.setattr(gguf.GGUFWriter, "add_tokenizer_pre", lambda *_: None)
    path = tmp_path / "old.gguf"
    gguf_file.write(path, weights, shape, tokenizer, "old")
    return path


def test_the_header_agrees_with_the_official_reader(trained):
    path = trained / train.WEIGHTS_FILE
    header, reader = gguf_header.read(path), gguf.GGUFReader(path)
    for key, value in header.values.items():
        assert reader.fields[key].contents() == value
    assert header.values["general.architecture"] == "phi2"
    assert header.values[gguf_header.PRE_TOKENIZER] == "phi-2"
    assert header.data_start() == reader.data_offset
    assert header.tensors == len(reader.tensors)


def test_adding_the_missing_key_changes_nothing_else(old_file):
    before = gguf.GGUFReader(old_file)
    assert gguf_header.PRE_TOKENIZER not in before.fields
    tensors = {tensor.name: tensor.data.tobytes() for tensor in before.tensors}
    keys = {key for key in before.fields if not key.startswith("GGUF.")}
    gguf_header.add_string(old_file, gguf_header.PRE_TOKENIZER, "phi-2")
    after = gguf.GGUFReader(old_file)
    assert {tensor.name: tensor.data.tobytes() for tensor in after.tensors} == tensors
    new_keys = {key for key in after.fields if not key.startswith("GGUF.")}
    assert new_keys == keys | {gguf_header.PRE_TOKENIZER}


def test_a_completed_file_writes_the_same_text_as_one_born_complete(old_file, trained):
    gguf_header.add_string(old_file, gguf_header.PRE_TOKENIZER, "phi-2")
    texts = [
        LocalEngine(
            ModelFile(path, "acme/tiny-phi", "0" * 40, "", 0, 256),
            context_tokens=256,
            slots=1,
            threads=1,
        ).generate(GenerateRequest(prompt="Q: What's in the fridge on Monday?\nA:"))
        for path in (old_file, trained / train.WEIGHTS_FILE)
    ]
    assert texts[0] == texts[1]


@pytest.mark.parametrize("size", [0, 3, 4, 20, 40, 300])
def test_a_truncated_file_is_refused(trained, tmp_path, size):
    path = tmp_path / "cut.gguf"
    path.write_bytes((trained / train.WEIGHTS_FILE).read_bytes()[:size])
    with pytest.raises(gguf_header.NotGgufError):
        gguf_header.read(path)


def test_an_impossible_length_does_not_fill_the_memory(trained, tmp_path):
    data = bytearray((trained / train.WEIGHTS_FILE).read_bytes())
    data[24:32] = b"\xff" * 8  # the length of the first key
    path = tmp_path / "damaged.gguf"
    path.write_bytes(data)
    with pytest.raises(gguf_header.NotGgufError):
        gguf_header.read(path)
