"""The pages of billing: the months, one month’s run, payroll costs, invoices."""
