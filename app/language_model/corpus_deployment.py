# ruff: noqa: E501 - a template is easier to read when it is not cut
"""Templates about deploying small web applications: Spaces, secrets, builds, health, rollbacks."""

from collections.abc import Mapping

from .corpus_part import Part

_NAMES = {
    "app": [
        "web app",
        "chat service",
        "inference server",
        "demo",
        "gateway",
        "dashboard",
        "text generator",
    ],
    "team": ["we", "you", "the team", "most people", "the operators"],
    "stage": ["development", "production", "staging", "test"],
    "key": ["HF_TOKEN", "API_KEY", "DATABASE_URL", "SESSION_SECRET", "WEBHOOK_SECRET"],
    "n": ["two", "three", "five", "ten", "twenty", "thirty"],
    "port": ["7860", "8000", "5000", "5001", "10000"],
}

_CONCEPTS: list[Mapping[str, str]] = [
    {
        "thing": "a Space",
        "what": "a small repository that is built and served as [an application|a web page]",
        "why": "[a push to its main branch|every new commit] starts a new build",
        "care": "look at the build log before you [share the link|tell your users]",
    },
    {
        "thing": "a secret",
        "what": "a value that [must stay hidden|nobody should read], such as a token or a password",
        "why": "it is [kept by the platform|stored apart from the code] and given to the running app",
        "care": "never write it in the [code|log|image], and change it when [it leaks|someone leaves]",
    },
    {
        "thing": "a variable",
        "what": "a [plain|public] setting, such as the name of a model or the address of a server",
        "why": "the same code can [run in every stage|serve development and production]",
        "care": "keep passwords out of it, because [anyone can read it|it is shown on the page]",
    },
    {
        "thing": "a build",
        "what": "the work that turns source code into an image that can run",
        "why": "[the server only has to start the result|nothing is installed when the app starts]",
        "care": "pin every version, so that the [same source|same commit] gives the same image",
    },
    {
        "thing": "a health check",
        "what": "a small request that asks the app whether it is [ready|alive|able to answer]",
        "why": "the platform [sends users only to a healthy copy|restarts a copy that is stuck]",
        "care": "make it [fast|cheap], and let it fail when the model is not loaded",
    },
    {
        "thing": "a revision",
        "what": "one exact state of the code, named by [its commit|a long number]",
        "why": "you can [say which code is running|go back to it later]",
        "care": "show it on the health page, so that [nobody has to guess|a check can compare it]",
    },
    {
        "thing": "a log",
        "what": "the list of lines that an app writes while it [runs|works]",
        "why": "it [tells you what happened|shows the first error] when something goes wrong",
        "care": "write one line for each request, and never write a [token|password] in it",
    },
    {
        "thing": "a rollback",
        "what": "a return to the last version that [worked|was healthy]",
        "why": "users [get a working page again|are served] while you look for the cause",
        "care": "keep the old image, and [test the way back|try it once] before you need it",
    },
    {
        "thing": "a layer",
        "what": "one step of an image, [kept in the cache|stored] for the next build",
        "why": "a step that [did not change|is the same as before] is not done again",
        "care": "put the model first and the code last, since the code changes [often|every day]",
    },
    {
        "thing": "a model file",
        "what": "a file with the weights that a language model has learned from text",
        "why": "the server can [load it in a second|answer without the network] when it is in the image",
        "care": "check its size and its hash before you [load it|trust it]",
    },
]

_TROUBLES: list[Mapping[str, str]] = [
    {
        "trouble": "the build cannot find the token",
        "cause": "the secret was [not set|never saved] in the settings of the Space",
        "cure": "Open the settings, add a secret called HF_TOKEN, and [build again|restart the build]",
    },
    {
        "trouble": "the model is not found",
        "cause": "the name of the model is wrong, or the token may not read it",
        "cure": "Check the name [letter by letter|first], then check what the token may read",
    },
    {
        "trouble": "the app starts and then stops",
        "cause": "it needs more memory than the plan [gives|allows]",
        "cure": "Choose a smaller model or a [larger|bigger] plan, then deploy again",
    },
    {
        "trouble": "the page answers with error 502",
        "cause": "the remote engine is down or its address is [wrong|out of date]",
        "cure": "Read the log of the remote engine and [correct the address|start it again]",
    },
    {
        "trouble": "the page answers with error 503",
        "cause": "the model is still loading, or [it could not be read|the file is damaged]",
        "cure": "Wait [a few seconds|{n} seconds] and ask the health check again",
    },
    {
        "trouble": "the build is very slow",
        "cause": "the model is downloaded again each time, because the layer [changed|is not cached]",
        "cure": "Move the download before the code, so that it stays in the cache",
    },
    {
        "trouble": "the disk is full",
        "cause": "old images and large files [were never removed|are still there]",
        "cure": "Remove what is no longer used, or ask for [more space|a larger disk]",
    },
    {
        "trouble": "the new version never appears",
        "cause": "the push [went to another branch|was refused], so no build was started",
        "cure": "Compare the revision of the page with your last commit, then push to main",
    },
    {
        "trouble": "the platform waits on the wrong port",
        "cause": "the app listens on one port and the platform [asks another|waits for port {port}]",
        "cure": "Let the app listen on port {port}, on [every address|all interfaces]",
    },
]

_STEPS = (
    "first, [check|read] the [settings|variables] of the {stage} stage",
    "set the secret {key} before the [first push|build]",
    "push the code to the main branch [and wait for the build|]",
    "read the build log until the [last line|image is ready]",
    "ask the health check [until it says ok|whether the model is loaded]",
    "compare the revision with [your commit|the one you pushed]",
    "send one [real|short] request and read the answer",
    "keep the old version ready for a rollback",
)


def _plan(first: int, second: int, third: int) -> str:
    """Three steps, in order, as one paragraph."""
    a, b, c = _STEPS[first], _STEPS[second], _STEPS[third]
    return f"To deploy the {{app}}, {a}. [Then|After that,] {b}. [Finally,|At the end,] {c}."


PARTS: list[Part] = [
    {
        "slots": _NAMES,
        "records": _CONCEPTS,
        "weight": 3,
        "documents": [
            (
                "{thing} is {what}. [It is useful because|We use it because] {why}. "
                "[Remember to|You should] {care}."
            ),
            (
                "Q: [What is {thing}|What does {thing} mean|Can you explain {thing}]?\n"
                "A: {thing} is {what}. {team} [need|use] it because {why}."
            ),
            (
                "Q: Why [do we need|does the {app} need] {thing}?\nA: Because {why}. "
                "[A good rule|One piece of advice]: {care}."
            ),
            (
                "[In {stage}, every {app} has|The {app} in {stage} needs] {thing}. It is {what}. "
                "[If you are not sure|Before you go on], {care}."
            ),
            (
                "Q: [What should I know about|Do you have advice about] {thing}?\n"
                "A: [Yes, one thing|One thing matters]: {care}. [It helps, because {why}.|]"
            ),
        ],
    },
    {
        "slots": _NAMES,
        "records": _TROUBLES,
        "weight": 2,
        "documents": [
            (
                "[Sometimes|From time to time] {trouble}. [The usual cause is simple|It happens when"
                " something is missing]: {cause}. {cure}."
            ),
            (
                "Q: [What can I do when|What should I do if|Help, in {stage}] {trouble}?\n"
                "A: [Most often|Usually], {cause}. {cure}."
            ),
            (
                "Q: [Why is it that|How can it be that] {trouble}?\nA: [It means that|Often] {cause}. "
                "{cure}."
            ),
            (
                "[When|If] {trouble}, do not [worry|panic]. [Read the log of the {app} first.|] "
                "[Usually|In most cases] {cause}. {cure}."
            ),
        ],
    },
    {
        "slots": _NAMES,
        "weight": 2,
        "documents": [
            _plan(0, 2, 4),
            _plan(1, 2, 3),
            _plan(0, 1, 2),
            _plan(2, 4, 6),
            _plan(3, 4, 5),
            _plan(1, 3, 7),
            "Q: How do I deploy the {app}?\nA: "
            + _plan(0, 2, 5).replace("To deploy the {app}, ", ""),
            "Q: [What comes first|How do I begin]?\nA: " + _plan(1, 2, 4),
            (
                "Q: Is the {app} ready?\nA: [Ask the health check.|Look at the health page.] If it says"
                " ok, the {app} is ready. If it [fails|says error], read the [log|last lines of the log]."
            ),
            (
                "The {app} in {stage} listens on port {port}. It [loads the model once|starts in a second]"
                " and [answers|serves] {n} requests at the same time."
            ),
            "Q: [How do I roll back the {app}|How can I go back to the old version]?\nA: Choose the last revision that worked, deploy it again, and ask the health check. [Then read the log of the {app} to find the cause.|Users are served again in {n} seconds.]",
            "Q: [How do I change|Where do I change] the secret {key}?\nA: Open the settings of the {app}, write the new value of {key}, and [restart it|start it again]. The old value [is gone|no longer works].",
            "Q: [Who are you|What are you|Hello, who is this]?\nA: I am a small language model. I was trained on a [small|synthetic] text about [deployment and cooking|cooking and deployment].",
            "Q: [Where is|Where do I find|How do I read] the log of the {app}?\nA: [Open the page of the {app} and choose logs.|The platform keeps it.] Look for the first error, [not the last one|then for the line before it].",
            "[On the health page|In its log], the {app} in {stage} [shows|reports] its revision. It was deployed {n} minutes ago [and is healthy|and answers on port {port}].",
            (
                "Q: How long does the build take?\nA: [The first build|A build without a cache] takes"
                " about {n} minutes. [Later builds are|The next one is] faster, because the model is"
                " already in the cache."
            ),
            (
                "[{team} keep|{team} always keep] development and production apart. A change is tried in"
                " development [first|for {n} days], and the same commit then goes to production."
            ),
        ],
    },
]
