"""Words of somebody: documents that stand behind numbers, and what they are worth."""
