"""What tools ask for after each service that they make or read."""

import pytest

from tests.sandbox.render.live import OWNER, app


@pytest.fixture
def shop(render, machine):
    machine.registry = {"docker.io/acme/shop:1": app("one")}
    return render.create("shop", image={"ownerId": OWNER, "imagePath": "acme/shop:1"})[0]


def test_notifications_are_the_workspaces_own_unless_told(render, shop):
    place = f"/notification-settings/overrides/services/{shop['id']}"
    unset = {
        "serviceId": shop["id"],
        "notificationsToSend": "default",
        "previewNotificationsEnabled": "default",
    }
    assert render.http.get(place).json() == unset
    assert render.http.patch(place, json={}).json() == unset
    told = render.http.patch(place, json={"notificationsToSend": "failure"})
    assert told.json() == {**unset, "notificationsToSend": "failure"}
    assert render.http.get(place).json() == told.json()
    assert render.http.get(f"/services/{shop['id']}").json()["notifyOnFail"] == "notify"
    assert render.http.patch(place, json={"notificationsToSend": "some"}).status_code == 400
    nobody = "/notification-settings/overrides/services/srv-x"
    assert render.http.get(nobody).status_code == 404


def test_no_domain_and_no_log_stream_is_there(render, shop):
    assert render.http.get(f"/services/{shop['id']}/custom-domains?limit=20").json() == []
    assert render.http.get("/services/srv-x/custom-domains").status_code == 404
    missing = render.http.get(f"/logs/streams/resource/{shop['id']}")
    assert missing.status_code == 404
    assert missing.json()["message"] == f"not found: {shop['id']}"
    assert render.http.put(f"/logs/streams/resource/{shop['id']}", json={}).status_code == 501


def test_logins_of_registries_come_in_pages(render):
    for name in ("one", "two"):
        body = {"registry": "GITHUB", "name": name, "username": "ann", "authToken": "x"}
        body["ownerId"] = OWNER
        assert render.http.post("/registrycredentials", json=body).is_success
    place = "/registrycredentials"
    assert len(render.http.get(place).json()) == 2
    assert len(render.http.get(place, params={"limit": 1}).json()) == 1
    for wrong in ({"limit": "x"}, {"limit": 0}, {"cursor": "nonsense"}):
        assert render.http.get(place, params=wrong).status_code == 400
