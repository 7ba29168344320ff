"""What is owed: costs, charges, invoices."""
