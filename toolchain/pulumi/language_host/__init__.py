"""A Python language host for the Pulumi engine, on the SDK's own gRPC stubs.

The official host comes with the official release; this one is for machines where only package
registries answer. It runs programs, policy packs and plugins written in Python, installs a
project's dependencies with pip, and generates no SDKs: `pulumi package add` needs the official one.

It is copied out of the checkout to run, so its modules import only each other and the SDK.
"""
