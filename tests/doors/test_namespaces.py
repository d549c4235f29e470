"""The sandbox's user owns whatever the stack files name, so that they work as they stand."""

from doors.namespaces import namespaces


def test_owners_are_found_wherever_a_stack_file_names_them(tmp_path):
    (tmp_path / "Pulumi.yaml").write_text(
        "name: slipway\nconfig:\n  hfNamespace:\n    type: string\n    default: team\n"
    )
    (tmp_path / "Pulumi.prod.yaml").write_text(
        "config:\n  slipway:hfNamespace: people\n  slipway:turnover:\n    space: ASI/oc_p5\n"
        "    page: https://example.com/a/b\n    note: this and/or that\n    models: [lab/one]\n"
    )
    assert namespaces(tmp_path) == {"team", "people", "ASI", "lab"}


def test_a_broken_file_or_a_missing_folder_has_no_owners(tmp_path):
    (tmp_path / "Pulumi.dev.yaml").write_text("config: [")
    assert namespaces(tmp_path, tmp_path / "nowhere") == set()


def test_a_salt_or_a_ciphertext_is_no_owner_so_no_up_restarts_the_sandbox(tmp_path):
    (tmp_path / "Pulumi.dev.yaml").write_text(
        "config:\n  slipway:hfToken:\n    secure: v1:aGk/eHg\nencryptionsalt: v1:pH8X/gtasA=\n"
    )
    assert namespaces(tmp_path) == set()
