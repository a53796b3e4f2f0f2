"""What is compared: cases, the rules that build them, and registries of them."""
