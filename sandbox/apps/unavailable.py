"""What a visitor is told where no app answers."""

from dataclasses import dataclass
from http import HTTPStatus


@dataclass(frozen=True, kw_only=True)
class Unavailable:
    """Nothing serves; `retry_after` (seconds) says that something will by itself, None that not."""

    title: str
    remedy: str
    status: int = HTTPStatus.SERVICE_UNAVAILABLE
    retry_after: int | None = None
    hold: bool = False  # keep the visitor waiting a while, as for an app that is being woken


# A page's name may be made to lead to this machine once a browser has loaded the page.
FOREIGN = Unavailable(
    title="The sandbox does not answer under this name",
    remedy="Use the app's address, or a name below localhost.",
    status=HTTPStatus.MISDIRECTED_REQUEST,
)
DEAF = Unavailable(
    title="The app does not accept connections",
    remedy="Look at its run log.",
    status=HTTPStatus.BAD_GATEWAY,
)
CROWDED = Unavailable(
    title="Too many visitors at once",
    remedy="Ask again once some of them have left.",
    retry_after=1,
)
