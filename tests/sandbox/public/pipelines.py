"""Twelve pipelines in the forms that public repositories deploy with, their hosts as written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

IDENTITY = "git config --global user.name bot; git config --global user.email bot@example.org"
CARD = "---\ntitle: {name}\nsdk: static\n---\n"


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """A repository's workflows, what starts them, and how each run ends here."""

    files: Mapping[str, str]  # below .github/workflows, or with a folder
    ends: Mapping[str, str]  # the file of each run that there is -> its conclusion
    says: Sequence[str] = ()  # in the logs
    keeps_silent: Sequence[str] = ()  # of the same
    starts: str = "push"  # or a release, or a dispatch
    inputs: Mapping[str, str] = field(default_factory=dict[str, str])


CHAIN = Pipeline(
    files={
        "check.yml": """
name: check
on: {push: {branches: [main]}}
jobs: {lint: {runs-on: ubuntu-latest, steps: [{run: echo linted}]}}
""",
        "deploy.yml": f"""
name: deploy
on: {{workflow_run: {{workflows: [check], types: [completed]}}}}
jobs:
  push:
    if: |
      github.event.workflow_run.conclusion == 'success' &&
      (github.event.workflow_run.head_branch == 'main' || github.actor == 'nobody')
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with: {{fetch-depth: 0}}
      - env: {{HF_TOKEN: "${{{{ secrets.HF_TOKEN }}}}"}}
        run: |
          {IDENTITY}
          git push https://user:$HF_TOKEN@huggingface.co/spaces/slipway/chain HEAD:main --force
""",
    },
    ends={"check.yml": "success", "deploy.yml": "success"},
    says=["linted", "huggingface.co/spaces/slipway/chain"],
)

SECRETS = Pipeline(
    files={
        "sync.yml": """
on: push
permissions: {contents: read}
concurrency: {group: sync, cancel-in-progress: false}
jobs:
  sync:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - env: {ALL_SECRETS: "${{ toJSON(secrets) }}"}
        run: |
          export HF_TOKEN=$(jq -r .HF_TOKEN <<<"$ALL_SECRETS")
          jq -r 'keys[]' <<<"$ALL_SECRETS" | grep -vix -e github_token -e hf_token |
          while read -r key; do
            jq -n --arg k "$key" --arg v "$(jq -r --arg k "$key" '.[$k]' <<<"$ALL_SECRETS")" \\
              '{key: $k, value: $v}' |
            curl -fsS -X POST https://huggingface.co/api/spaces/slipway/secrets/secrets \\
              -H "Authorization: Bearer $HF_TOKEN" -H 'Content-Type: application/json' -d @-
            echo "set $key"
          done
      - env: {TOKEN: "${{ github.token }}"}
        run: |
          curl -fsSL -H "Authorization: token $TOKEN" \\
            "https://api.github.com/repos/$GITHUB_REPOSITORY/commits/main" | jq -r .sha
      - run: |
          rm -rf /tmp/space && mkdir /tmp/space && rsync -a --exclude .git ./ /tmp/space
          cd /tmp/space && git init -q -b main && git lfs install --local
          git lfs ls-files | grep -q . && echo "has big files" || echo "no big files"
"""
    },
    ends={"sync.yml": "success"},
    says=["set EXTRA", "no big files"],
    keeps_silent=["set HF_TOKEN", "line one"],
)

CALLED = Pipeline(
    files={
        "release.yml": """
on: push
jobs:
  test: {uses: ./.github/workflows/test.yml}
  deploy:
    needs: test
    uses: ./.github/workflows/render.yml
    with: {version: "${{ needs.test.outputs.version }}"}
    secrets: inherit
""",
        "test.yml": """
on:
  workflow_call:
    outputs: {version: {value: "${{ jobs.unit.outputs.version }}"}}
jobs:
  unit:
    runs-on: ubuntu-latest
    outputs: {version: "${{ steps.v.outputs.version }}"}
    steps:
      - id: v
        run: echo "version=1.2.3" >> "$GITHUB_OUTPUT"
""",
        "render.yml": """
on: {workflow_call: {inputs: {version: {type: string, required: true}}}}
jobs:
  render:
    runs-on: ubuntu-latest
    environment: {name: production, url: "${{ steps.d.outputs.url }}"}
    env:
      API: ${{ vars.RENDER_API || 'https://api.render.com/v1' }}
      KEY: ${{ secrets.RENDER_API_KEY }}
    steps:
      - id: d
        run: |
          ask() { curl -fsS -H "Authorization: Bearer $KEY" "$@"; }
          id=$(ask "$API/services?name=called" | jq -er '.[0].service.id')
          deploy=$(ask -X POST "$API/services/$id/deploys" | jq -er .id)
          for _ in $(seq 90); do
            state=$(ask "$API/services/$id/deploys/$deploy" | jq -r .status)
            case $state in live) break;; *fail*|canceled) exit 1;; esac; sleep 1
          done
          echo "version ${{ inputs.version }} is $state"
          echo "url=$(ask "$API/services/$id" | jq -r .serviceDetails.url)" >> "$GITHUB_OUTPUT"
""",
    },
    ends={"release.yml": "success"},
    says=["version 1.2.3 is live"],
)

CLONED = Pipeline(
    files={
        "space.yml": f"""
on: push
jobs:
  space:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - env: {{HF_TOKEN: "${{{{ secrets.HF_TOKEN }}}}"}}
        run: |
          {IDENTITY}
          git clone -q https://user:$HF_TOKEN@huggingface.co/spaces/slipway/cloned /tmp/hf-repo
          cp index.html /tmp/hf-repo/
          cat > /tmp/hf-repo/README.md <<'EOF'
          ---
          title: Cloned
          sdk: static
          ---
          EOF
          cd /tmp/hf-repo && git add -A
          git diff --cached --quiet || (git commit -qm "Deploy $GITHUB_SHA" && git push -q)
          git log -1 --format='now %s'
"""
    },
    ends={"space.yml": "success"},
    says=["now Deploy "],
)

RELEASED = Pipeline(
    files={
        "demo.yml": """
on: {release: {types: [published]}}
jobs:
  demo:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: huggingface/hub-sync@v0.1.0
        with:
          github_repo_id: ${{ github.repository }}
          huggingface_repo_id: slipway/released
          hf_token: ${{ secrets.HF_TOKEN }}
          subdirectory: app
""",
        "app/README.md": CARD.format(name="released"),
        "app/index.html": "<p>released",
    },
    starts="release",
    ends={"demo.yml": "success"},
    says=["huggingface/hub-sync@v0.1.0: local equivalent"],
)

DISPATCHED = Pipeline(
    files={
        "any.yml": """
on:
  workflow_dispatch:
    inputs:
      space: {type: string, default: slipway/dispatched}
      private: {type: boolean, default: true}
jobs:
  any:
    runs-on: ubuntu-latest
    env: {HF_TOKEN: "${{ secrets.HF_TOKEN }}"}
    steps:
      - run: |
          mkdir -p "$HOME/.tools"
          cd "$HOME/.tools"
          printf '#!/bin/sh\\necho "tool $*"\\n' > tool && chmod +x tool
          echo "$HOME/.tools" >> "$GITHUB_PATH"
      - shell: bash
        run: |
          options=(--repo "${{ inputs.space }}")
          if [ "${{ github.event.inputs.private }}" = "true" ]; then options+=(--private); fi
          tool "${options[@]}"
          test "${{ inputs.private == false }}" = true
          curl -fsS -H "Authorization: Bearer $HF_TOKEN" \\
            "https://huggingface.co/api/spaces/${{ inputs.space }}" | jq -er .id
"""
    },
    starts="dispatch",
    inputs={"private": "false"},
    ends={"any.yml": "success"},
    says=["tool --repo slipway/dispatched", "slipway/dispatched"],
    keeps_silent=["--repo slipway/dispatched --private"],
)

DEFAULTED = Pipeline(
    files={
        "hackathon.yml": """
on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    env:
      HF_TOKEN: ${{ secrets.HF_TOKEN }}
      SPACE: ${{ vars.HF_SPACE_ID }}
      GITHUB_REPOSITORY_OWNER: Somebody
    steps:
      - uses: actions/checkout@v4
        with: {fetch-depth: 0, lfs: true}
      - run: |
          [ -n "$HF_TOKEN" ] || { echo "no token, nothing to do"; exit 0; }
          owner=$(echo "$GITHUB_REPOSITORY_OWNER" | tr '[:upper:]' '[:lower:]')
          space=${SPACE:-$owner/defaulted}
          git remote add hf "https://oauth2:${HF_TOKEN}@huggingface.co/spaces/$space"
          git push --force hf HEAD:main && echo "pushed to $space"
"""
    },
    ends={"hackathon.yml": "success"},
    says=["pushed to slipway/defaulted"],
)

ORPHANED = Pipeline(
    files={
        "orphan.yml": f"""
on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    env: {{HF_TOKEN: "${{{{ secrets.HF_TOKEN }}}}"}}
    steps:
      - uses: actions/checkout@v4
        with: {{fetch-depth: 0}}
      - run: |
          {IDENTITY}
          head -c 12000000 /dev/urandom > big.db && git add big.db && git commit -qm data
          git rm -q big.db && git commit -qm clean
          to=https://me:$HF_TOKEN@huggingface.co/spaces/slipway/orphaned
          if git push -f "$to" HEAD:main; then echo "history was taken"; exit 1; fi
          find . -name '*.db' -delete
          git checkout -q --orphan hf-deploy && git add -A && git commit -qm deploy
          git push -f "$to" hf-deploy:main && echo "orphan was taken"
"""
    },
    ends={"orphan.yml": "success"},
    says=["big.db", "orphan was taken"],
    keeps_silent=["history was taken"],
)

POLLED = Pipeline(
    files={
        "action.yml": """
on: push
permissions: {deployments: write, contents: read}
jobs:
  deploy:
    runs-on: ubuntu-latest
    env: {KEY: "${{ secrets.RENDER_API_KEY }}", GH_TOKEN: "${{ github.token }}"}
    steps:
      - run: |
          at=https://api.render.com/v1/services
          ask() { curl -fsS -H "Authorization: Bearer $KEY" "$1"; }
          id=$(ask "$at?name=polled" | jq -er '.[0].service.id')
          code=$(curl -sS -o answer -w '%{http_code}' -X POST -H "Authorization: Bearer $KEY" \\
            "$at/$id/deploys")
          echo "render answered $code"
          [ "$code" = 201 ] || [ "$code" = 202 ]
          repo=https://api.github.com/repos/$GITHUB_REPOSITORY
          what=$(jq -n --arg ref "$GITHUB_SHA" \\
            '{ref: $ref, environment: "live", required_contexts: []}')
          made=$(curl -fsS -H "Authorization: Bearer $GH_TOKEN" -d "$what" "$repo/deployments")
          curl -fsS -H "Authorization: Bearer $GH_TOKEN" -X POST -d '{"state": "success"}' \\
            "$(jq -r .statuses_url <<<"$made")" | jq -r '"deployment " + .state'
"""
    },
    ends={"action.yml": "success"},
    says=["render answered 20", "deployment success"],
)

FETCHED = Pipeline(
    files={
        "node.yml": """
on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - env: {KEY: "${{ secrets.RENDER_API_KEY }}"}
        run: |
          cat > deploy.mjs <<'EOF'
          const at = "https://api.render.com/v1/services";
          const headers = {authorization: `Bearer ${process.env.KEY}`};
          const [{service}] = await (await fetch(`${at}?name=fetched`, {headers})).json();
          const body = JSON.stringify({clearCache: "clear"});
          const made = await fetch(`${at}/${service.id}/deploys`, {method: "POST", headers, body});
          console.log("node:", made.status);
          process.exit(made.ok ? 0 : 1);
          EOF
          node deploy.mjs
"""
    },
    ends={"node.yml": "success"},
    says=["node: 20"],
)

HOOKED = Pipeline(
    files={
        "hook.yml": """
on: push
jobs:
  hook:
    runs-on: ubuntu-latest
    steps:
      - env: {HOOK: "${{ secrets.HOOK }}"}
        run: |
          id=$(curl -fsS "$HOOK" | jq -er .deploy.id)
          case $id in dep-*) echo "the hook made a deploy";; *) exit 1;; esac
"""
    },
    ends={"hook.yml": "success"},
    says=["the hook made a deploy"],
)

PAGED = Pipeline(
    files={
        "audit.yml": """
on: push
jobs:
  audit:
    runs-on: ubuntu-latest
    steps:
      - env: {KEY: "${{ secrets.RENDER_API_KEY }}"}
        run: |
          at=https://api.render.com/v1/services
          ask() { curl -fsS -H "Authorization: Bearer $KEY" "$1"; }
          id=$(ask "$at?name=paged" | jq -er '.[0].service.id')
          cursor= all=0
          while true; do
            page=$(ask "$at/$id/env-vars?limit=100${cursor:+&cursor=$cursor}")
            count=$(jq length <<<"$page"); all=$((all + count)); echo "page of $count"
            [ "$count" = 100 ] || break
            cursor=$(jq -r '.[-1].cursor' <<<"$page")
          done
          echo "$all variables"
"""
    },
    ends={"audit.yml": "success"},
    says=["page of 100", "page of 30", "230 variables"],
)

PIPELINES: Mapping[str, Pipeline] = {
    "chain": CHAIN,
    "secrets": SECRETS,
    "called": CALLED,
    "cloned": CLONED,
    "released": RELEASED,
    "dispatched": DISPATCHED,
    "defaulted": DEFAULTED,
    "orphaned": ORPHANED,
    "polled": POLLED,
    "fetched": FETCHED,
    "hooked": HOOKED,
    "paged": PAGED,
}
SPACES = ("chain", "secrets", "cloned", "dispatched", "defaulted", "orphaned", "released")
SERVICES = ("called", "polled", "fetched", "hooked", "paged")
