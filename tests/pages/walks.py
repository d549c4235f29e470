"""What a person does on each page, and what has to be seen then."""

from collections.abc import Callable, Mapping

from playwright.sync_api import Page, expect

from tests.bench.raised_stack import RaisedStack

MILLISECONDS = 60_000  # of a small language model on a busy machine
Walk = Callable[[Page, RaisedStack], None]


def inference(page: Page, stack: RaisedStack) -> None:
    """A prompt, and how the model goes on."""
    page.goto(f"{stack.url('inference', 'url')}/")
    page.get_by_label("Prompt").fill("Q: How do I set a secret?\nA:")
    page.get_by_role("button", name="Generate").click()
    expect(page.locator("#figures")).to_contain_text("tokens in", timeout=MILLISECONDS)
    expect(page.locator("#answer")).not_to_have_class("error")


def symptoms(page: Page, stack: RaisedStack) -> None:
    """Symptoms entered, the prediction and all probabilities shown."""
    page.goto(f"{stack.url('symptoms', 'url')}/")
    page.get_by_label("number input for Temperature").fill("39.2")
    for name in ("Cough", "Headache", "Fatigue"):
        page.get_by_label(name, exact=True).check()
    page.get_by_role("button", name="Predict").click()
    result = page.locator("#result")
    expect(result).to_contain_text("Most likely", timeout=MILLISECONDS)
    page.get_by_role("button", name="All probabilities").click()
    expect(page.get_by_test_id("label-output-value")).to_be_visible(timeout=MILLISECONDS)


def symptoms_log(page: Page, stack: RaisedStack) -> None:
    """What was asked is in the log; cleared, it is gone, and the clearing is seen."""
    symptoms(page, stack)
    page.get_by_role("tab", name="Recent logs").click()
    page.get_by_role("button", name="Clear logs").click()
    said = page.locator("#log-result")
    expect(said).to_contain_text("cleared", timeout=MILLISECONDS)
    page.get_by_role("tab", name="Prediction").click()
    page.get_by_role("button", name="Predict").click()
    expect(page.locator("#result")).to_contain_text("Most likely", timeout=MILLISECONDS)
    page.get_by_role("tab", name="Recent logs").click()
    page.get_by_role("button", name="Show logs").click()
    expect(said).to_contain_text("kept in redis", timeout=MILLISECONDS)
    expect(page.get_by_role("gridcell", name="POST /predict").first).to_be_visible()


def frigo(page: Page, stack: RaisedStack) -> None:
    """A fridge asked; the answer, and the question among those asked before."""
    page.goto(f"{stack.url('frigo', 'app')}/")
    page.get_by_label("In the fridge, or a question").fill("carrots, mushrooms, rice")
    page.get_by_role("button", name="What can I cook?").click()
    expect(page.locator("#figures")).to_contain_text("tokens in", timeout=MILLISECONDS)
    expect(page.locator("#exchanges").get_by_text("carrots").first).to_be_visible()


def retraining(page: Page, stack: RaisedStack) -> None:
    """A delivery in the snow, and whether it will be late."""
    page.goto(f"{stack.url('retraining', 'page')}/")
    page.get_by_label("Distance, km").fill("82")
    page.get_by_label("Weather").select_option("snow")
    send = page.get_by_role("button", name="Predict")
    expect(send).to_be_enabled(timeout=MILLISECONDS)
    send.click()
    expect(page.locator("#answer")).to_contain_text("% late", timeout=MILLISECONDS)


def github_repository(page: Page, stack: RaisedStack) -> None:
    """The repository as the sandbox's GitHub shows it."""
    page.goto(f"{stack.github}/slipway/slipway")
    expect(page.get_by_text("turnover-dev").first).to_be_visible()


WALKS: Mapping[str, Walk] = {
    "inference": inference,
    "symptoms": symptoms,
    "symptoms-log": symptoms_log,
    "frigo": frigo,
    "retraining": retraining,
    "github": github_repository,
}
