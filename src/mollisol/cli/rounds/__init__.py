"""The commands on what goes between developer and auditor: the findings log, and the difference of two rounds."""
