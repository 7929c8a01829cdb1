"""What other programs reach over the network: `jarvis serve`."""
