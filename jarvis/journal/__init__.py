"""The journal: what every run was asked, planned and gave, on disk, so that a run that was broken off can go on."""
