"""The workbook with live formulas: from the increments of each core to the units, for the design-based path."""
