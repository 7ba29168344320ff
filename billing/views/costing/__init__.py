"""The pages of employer costs, and of what members are charged beside hours."""
