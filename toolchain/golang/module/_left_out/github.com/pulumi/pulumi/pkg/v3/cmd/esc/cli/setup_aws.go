package cli

import (
	"errors"

	"github.com/spf13/cobra"
)

func newSetupAWSCmd(*setupCommand) *cobra.Command { return leftOutSetup("aws") }

// leftOutSetup is the command for a cloud whose own library, large ones all, only it would need.
func leftOutSetup(cloud string) *cobra.Command {
	return &cobra.Command{
		Use:                cloud,
		Short:              "Left out of this CLI; the official one has it",
		DisableFlagParsing: true, // whatever was asked, this is the answer
		RunE: func(*cobra.Command, []string) error {
			return errors.New("this CLI was built from source, without `pulumi env setup " + cloud +
				"`; the official release has it: https://www.pulumi.com/docs/install/")
		},
	}
}
