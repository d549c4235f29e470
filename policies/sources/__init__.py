"""What the rules are asked about: Pulumi's states and plans, Blueprints, folders of Spaces."""
