// Package base stands in for the parts of a document that describe data.
package base

import (
	"errors"

	"github.com/pb33f/libopenapi/orderedmap"
	"go.yaml.in/yaml/v4"
)

// Info is a document's head.
type Info struct {
	Version string
}

// Schema describes a value.
type Schema struct {
	Type                 []string
	Format               string
	Description          string
	Pattern              string
	Nullable             *bool
	Deprecated           *bool
	ReadOnly             *bool
	MinLength            *int64
	MaxLength            *int64
	Minimum              *float64
	Maximum              *float64
	MultipleOf           *float64
	Default              *yaml.Node
	Enum                 []*yaml.Node
	Required             []string
	AllOf                []*SchemaProxy
	OneOf                []*SchemaProxy
	AnyOf                []*SchemaProxy
	Discriminator        *Discriminator
	Items                *DynamicValue[*SchemaProxy, bool]
	AdditionalProperties *DynamicValue[*SchemaProxy, bool]
	Properties           *orderedmap.Map[string, *SchemaProxy]
	Extensions           *orderedmap.Map[string, *yaml.Node]
}

// LowSchema is a schema as it was written.
type LowSchema struct{}

// Hash tells schemas apart.
func (*LowSchema) Hash() uint64 { return 0 }

// GoLow returns the schema as it was written.
func (*Schema) GoLow() *LowSchema { return nil }

// MarshalJSONInline would write the schema with what it refers to.
func (*Schema) MarshalJSONInline() ([]byte, error) { return nil, errors.ErrUnsupported }

// SchemaProxy stands for a schema, or for a reference to one.
type SchemaProxy struct{}

// Schema returns the schema.
func (*SchemaProxy) Schema() *Schema { return nil }

// IsReference says whether it is a reference.
func (*SchemaProxy) IsReference() bool { return false }

// GetReference returns what it refers to.
func (*SchemaProxy) GetReference() string { return "" }

// Discriminator says by which property variants are told apart.
type Discriminator struct {
	PropertyName string
	Mapping      *orderedmap.Map[string, string]
}

// DynamicValue is one of two things.
type DynamicValue[A, B any] struct {
	A A
	B B
}

// IsA says that it is the first.
func (*DynamicValue[A, B]) IsA() bool { return false }
