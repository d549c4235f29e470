// Package java stands in for the one type that the plugin takes from pulumi-java.
//
// It describes a generated Java SDK inside the plugin's schema. Nothing here generates one, so the
// fields are the ones the plugin fills in and no code comes with them.
package java

// PackageInfo is the schema's section on the Java SDK.
type PackageInfo struct {
	BuildFiles                      string            `json:"buildFiles,omitempty"`
	GradleNexusPublishPluginVersion string            `json:"gradleNexusPublishPluginVersion,omitempty"`
	Dependencies                    map[string]string `json:"dependencies,omitempty"`
}
