"""Variables of repositories and environments."""

import pytest


@pytest.fixture(params=["actions", "environments/a%2Fb"])
def place(gh, repository, request) -> str:
    if request.param != "actions":
        gh.http.put(f"/repos/{repository}/{request.param}", json={})
    return f"/repos/{repository}/{request.param}/variables"


def test_a_variable_is_made_changed_renamed_and_deleted(gh, place):
    assert gh.http.post(place, json={"name": "region", "value": "eu"}).status_code == 201
    assert gh.http.post(place, json={"name": "REGION", "value": "us"}).status_code == 409
    found = gh.http.get(f"{place}/Region").json()
    assert (found["name"], found["value"]) == ("REGION", "eu")
    assert gh.http.patch(f"{place}/region", json={"value": "us"}).status_code == 204
    assert gh.http.patch(f"{place}/region", json={"name": "zone"}).status_code == 204
    assert gh.http.get(f"{place}/zone").json()["value"] == "us"
    assert gh.http.get(f"{place}/region").status_code == 404
    assert gh.http.delete(f"{place}/zone").status_code == 204
    assert gh.http.delete(f"{place}/zone").status_code == 404


def test_a_rename_onto_another_variable_is_refused(gh, place):
    gh.http.post(place, json={"name": "A", "value": "1"})
    gh.http.post(place, json={"name": "B", "value": "2"})
    assert gh.http.patch(f"{place}/A", json={"name": "B"}).status_code == 409
    assert gh.http.get(f"{place}/A").json()["value"] == "1"


@pytest.mark.parametrize("body", [{"name": "A"}, {"value": "1"}, {"name": "GITHUB_A", "value": ""}])
def test_bodies_that_the_platform_refuses(gh, place, body):
    assert gh.http.post(place, json=body).status_code == 422


def test_pages_are_ten_long_and_lead_to_each_other(gh, place):
    for number in range(12):
        gh.http.post(place, json={"name": f"V{number:02}", "value": str(number)})
    first = gh.http.get(place)
    assert first.json()["total_count"] == 12
    assert [each["name"] for each in first.json()["variables"]] == [f"V{n:02}" for n in range(10)]
    assert set(first.links) == {"next", "last"}
    second = gh.http.get(first.links["next"]["url"])
    assert [each["name"] for each in second.json()["variables"]] == ["V10", "V11"]
    assert set(second.links) == {"prev", "first"}
    small = gh.http.get(place, params={"per_page": 5, "page": 2})
    assert [each["name"] for each in small.json()["variables"]] == [
        f"V{n:02}" for n in range(5, 10)
    ]
    assert "per_page=5" in small.links["last"]["url"]
    assert len(gh.http.get(place, params={"per_page": 100}).json()["variables"]) == 12


def test_an_environments_variable_wins(gh, repository):
    base = f"/repos/{repository}"
    gh.http.put(f"{base}/environments/prod", json={})
    gh.http.post(f"{base}/actions/variables", json={"name": "A", "value": "wide"})
    gh.http.post(f"{base}/actions/variables", json={"name": "B", "value": "wide"})
    gh.http.post(f"{base}/environments/prod/variables", json={"name": "A", "value": "narrow"})
    assert gh.service.variables(repository, "prod") == {"A": "narrow", "B": "wide"}
    assert gh.service.variables(repository, None) == {"A": "wide", "B": "wide"}
    assert gh.service.variables(repository, "elsewhere") == {"A": "wide", "B": "wide"}
