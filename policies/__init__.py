"""What a deployment must keep to: rules as pure functions over what was declared, and why.

`rules/` holds them, `sources/` reads what they are asked about: a plan or an exported state of
Pulumi's, somebody's `render.yaml`, the folder of a Space. `pack.py` is the same rules as a policy
pack. Nothing here calls a platform, changes anything, or prints a secret's value.
"""
