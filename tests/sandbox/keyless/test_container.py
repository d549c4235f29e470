"""The same from a job in a container, which reaches the sandbox under another address."""

import pytest

from tests.sandbox.keyless.training import Training
from tests.sandbox.keyless.whole_sandbox import whole_sandbox
from toolchain.engine.setup import ensure_engine, plan
from toolchain.progress import Progress, SetupError

pytestmark = pytest.mark.machine

# With the Hub's own name as the audience, and with the address under which the job reaches it.
WORKFLOW = """
name: Publish
on: push
jobs:
  publish:
    runs-on: ubuntu-latest
    permissions: {contents: read, id-token: write}
    env:
      GRANT: urn:ietf:params:oauth:grant-type:token-exchange
      TYPE: urn:ietf:params:oauth:token-type:id_token
      RESOURCE: MODEL
    steps:
      - run: |
          identity() {
            curl -sSf -H "Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \\
              "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=$1" | jq -r .value
          }
          exchange() {
            jq -n --arg t "$1" '{grant_type: env.GRANT, subject_token_type: env.TYPE,
              subject_token: $t, resource: env.RESOURCE}' |
              curl -sS "$HF_ENDPOINT/oauth/token" -H "Content-Type: application/json" -d @- |
              jq -r .access_token
          }
          exchange "$(identity https://huggingface.co)" | cut -c1-7
          token=$(exchange "$(identity "$HF_ENDPOINT")")
          printf '%s\\n' '{"key": "header", "value": {"summary": "Push"}}' \\
            '{"key": "file", "value": {"path": "weights.txt", "content": "1 2 3"}}' |
            curl -sSf -H "Authorization: Bearer $token" --data-binary @- \\
              "$HF_ENDPOINT/api/models/$RESOURCE/commit/main"
"""


@pytest.fixture(scope="module")
def cloud(tmp_path_factory):
    try:
        plan()
    except SetupError as error:
        pytest.skip(str(error))
    with (
        ensure_engine(Progress()) as engine,
        whole_sandbox(tmp_path_factory.mktemp("cloud") / "home", engine.address) as made,
    ):
        yield made


def test_a_job_in_a_container_pushes_to_the_model_that_trusts_it(cloud, model):
    training = Training(cloud, "contained")
    cloud.trust(model, repository=training.name)
    _, conclusion, log = training.run(WORKFLOW.replace("MODEL", model), seconds=400)
    training.http.close()
    assert conclusion == "success", log
    assert "hf_jwt_" in log
    weights = cloud.http(cloud.hub_token).get(f"/{model}/resolve/main/weights.txt")
    assert weights.text == "1 2 3"
