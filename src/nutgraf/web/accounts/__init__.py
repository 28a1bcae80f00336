"""Who is asking, and what they may do: sign-in, sessions, one-time links, form tokens."""
