// Package verifier takes the place of Sigstore's verification: nothing here counts as verified.
package verifier

import (
	"context"
	"errors"
	"time"

	"github.com/moby/policy-helpers/image"
	"github.com/moby/policy-helpers/types"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

var errLeftOut = errors.New("this program was built from source, without Sigstore's verification" +
	" of signatures; the official release has it")

// Config says what a verifier would trust.
type Config struct {
	UpdateInterval time.Duration
	RequireOnline  bool
	StateDir       string
}

// ArtifactVerifyOpts are the options of one verification.
type ArtifactVerifyOpts struct {
	SLSANotRequired bool
}

// ArtifactVerifyOpt sets an option.
type ArtifactVerifyOpt func(*ArtifactVerifyOpts)

// WithSLSANotRequired asks for no provenance.
func WithSLSANotRequired() ArtifactVerifyOpt {
	return func(options *ArtifactVerifyOpts) { options.SLSANotRequired = true }
}

// Verifier verifies nothing: all that is asked of it fails.
type Verifier struct{}

// NewVerifier fails.
func NewVerifier(Config) (*Verifier, error) {
	return nil, errLeftOut
}

// VerifyArtifact fails.
func (*Verifier) VerifyArtifact(
	context.Context, digest.Digest, []byte, ...ArtifactVerifyOpt,
) (*types.SignatureInfo, error) {
	return nil, errLeftOut
}

// VerifyImage fails.
func (*Verifier) VerifyImage(
	context.Context, image.ReferrersProvider, ocispecs.Descriptor, *ocispecs.Platform,
) (*types.SignatureInfo, error) {
	return nil, errLeftOut
}
