"""What somebody handed over, as typed values or findings. Bytes are taken once; nothing is computed."""
