"""Laboratory methods: what their values are, what their words say, whether both sides were measured alike."""
