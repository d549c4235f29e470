"""Source archives of branches, tags and commits, by the API, by pages and by `gh`."""

import io
import re
import tarfile
import zipfile

import pytest

from tests.sandbox.github.live import STRANGERS_TOKEN


def _files(content: bytes) -> dict[str, bytes]:
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = [each for each in archive.namelist() if not each.endswith("/")]
            return {name: archive.read(name) for name in found}
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
        files = [each for each in archive.getmembers() if each.isfile()]
        return {each.name: archive.extractfile(each).read() for each in files}


@pytest.fixture
def head(gh, repository) -> str:
    return gh.http.get(f"/repos/{repository}/commits/main").json()["sha"]


@pytest.fixture
def release(gh, repository) -> dict:
    return gh.http.post(f"/repos/{repository}/releases", json={"tag_name": "v1.0"}).json()


@pytest.mark.parametrize("kind", ["tarball", "zipball"])
def test_a_release_and_its_tag_tell_where_their_source_is(gh, repository, release, head, kind):
    [tag] = gh.http.get(f"/repos/{repository}/tags").json()
    folder = f"{repository.replace('/', '-')}-{head[:7]}"
    with gh.client(None, prefix="") as anybody:
        for address in (release[f"{kind}_url"], tag[f"{kind}_url"]):
            answer = anybody.get(address)
            assert answer.status_code == 302
            found = anybody.get(answer.headers["location"])
            assert _files(found.content) == {f"{folder}/README.md": b"# one\n"}
            named = f"{repository.replace('/', '-')}-v1.0-0-g{head[:7]}"
            assert f"filename={named}." in found.headers["content-disposition"]


def test_an_archive_is_of_the_ref_that_is_named(gh, repository, head):
    body = {"ref": "refs/heads/fix/a", "sha": head}
    assert gh.http.post(f"/repos/{repository}/git/refs", json=body).status_code == 201
    gh.commit("one", "new.txt", "new\n", branch="fix/a")

    def names(ref: str) -> set[str]:
        answer = gh.http.get(f"/repos/{repository}/tarball{ref}", follow_redirects=True)
        return {name.partition("/")[2] for name in _files(answer.content)}

    for ref in ("", "/main", "/refs/heads/main", f"/{head}", "/HEAD"):
        assert names(ref) == {"README.md"}, ref
    assert names("/fix/a") == names("/refs/heads/fix/a") == {"README.md", "new.txt"}
    assert gh.http.get(f"/repos/{repository}/tarball/nowhere").status_code == 404


@pytest.mark.usefixtures("release")
def test_pages_have_archives_named_after_their_ref(gh, repository, head):
    with gh.client(None, prefix="", follow_redirects=True) as anybody:
        for file, folder in {
            "v1.0.tar.gz": "one-1.0",
            "refs/tags/v1.0.zip": "one-1.0",
            "refs/heads/main.tar.gz": "one-main",
            "main.zip": "one-main",
            f"{head}.tar.gz": f"one-{head}",
        }.items():
            found = anybody.get(f"/{repository}/archive/{file}")
            assert set(_files(found.content)) == {f"{folder}/README.md"}, file
        assert anybody.get(f"/{repository}/archive/nowhere.zip").status_code == 404
        assert anybody.get(f"/{repository}/archive/main.rar").status_code == 404


def test_what_is_private_is_for_those_who_may_read_it_and_for_its_own_address(gh, repository):
    changed = gh.http.patch(f"/repos/{repository}", json={"private": True})
    assert changed.status_code == 200
    address = gh.http.get(f"/repos/{repository}/tarball/main").headers["location"]
    with gh.client(None, prefix="") as anybody:
        assert anybody.get(address).status_code == 200
        assert anybody.get(address.replace("legacy.", "")).status_code == 200, "as gh asks"
        plain = re.sub(r"\?.*", "", address)
        other = address.replace("/main?", "/HEAD?")
        later = re.sub(r"token=\d+", "token=9999999999", address)
        forged = [re.sub(r"token=\d+", f"token={until}", address) for until in ("1", "²", "\u0663")]
        forged += [f"{plain}?token=99999999999.{sign}" for sign in ("é", "", "%ED%A0%80")]
        for refused in (plain, other, later, *forged):
            assert anybody.get(refused).status_code == 404, refused
        for page in ("archive/main.zip", "tar.gz/main"):
            assert anybody.get(f"/{repository}/{page}").status_code == 404
        assert anybody.get(f"/api/v3/repos/{repository}/zipball/main").status_code == 404
    with gh.client(STRANGERS_TOKEN) as stranger:
        assert stranger.get(f"/repos/{repository}/tarball/main").status_code == 404


@pytest.mark.usefixtures("release")
def test_gh_downloads_the_source_of_a_release(gh_tool, gh, repository, tmp_path):
    gh.http.patch(f"/repos/{repository}", json={"private": True})
    for ending in ("tar.gz", "zip"):
        words = ("--archive", ending, "--dir", "got", "--repo", repository)
        gh_tool("release", "download", "v1.0", *words)
        [file] = (tmp_path / "got").glob(f"*.{ending}")
        assert [name.rpartition("/")[2] for name in _files(file.read_bytes())] == ["README.md"]
