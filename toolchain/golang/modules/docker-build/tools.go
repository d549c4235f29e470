//go:build tools

// Package tools names what is built from this module, so that `go mod tidy` keeps its requirements.
package tools

import (
	_ "github.com/pulumi/pulumi-docker-build/provider" // the build writes the version into it
	_ "github.com/pulumi/pulumi-docker-build/provider/cmd/pulumi-resource-docker-build"
)
