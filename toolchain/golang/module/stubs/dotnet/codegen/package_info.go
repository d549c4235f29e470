// Package codegen stands in for the one type that the plugin takes from pulumi-dotnet.
//
// It describes a generated .NET SDK inside the plugin's schema. Nothing here generates one, so the
// fields are the ones the plugin fills in and no code comes with them.
package codegen

// CSharpPackageInfo is the schema's section on the .NET SDK.
type CSharpPackageInfo struct {
	RespectSchemaVersion bool              `json:"respectSchemaVersion,omitempty"`
	PackageReferences    map[string]string `json:"packageReferences,omitempty"`
}
