"""Docker: images with a model in them, built by pulumi_docker_build."""
