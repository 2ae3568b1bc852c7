"""What a programme answers, and the programmes that ship, one module each."""
