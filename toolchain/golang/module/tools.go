//go:build tools

// Package tools names what is built from this module, so that `go mod tidy` keeps its requirements.
package tools

import (
	_ "github.com/moby/buildkit/cmd/buildctl"
	_ "github.com/moby/buildkit/cmd/buildkitd"
	_ "github.com/moby/buildkit/frontend/dockerfile/cmd/dockerfile-frontend"
	_ "github.com/nektos/act"
	_ "github.com/pulumi/pulumi-docker-build/provider" // the build writes the version into it
	_ "github.com/pulumi/pulumi-docker-build/provider/cmd/pulumi-resource-docker-build"
	_ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
	_ "github.com/pulumi/pulumi/sdk/v3/go/common/version" // the build writes the version into it
	_ "github.com/rhysd/actionlint/cmd/actionlint"
)
