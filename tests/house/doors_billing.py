"""Who may open which address: costs, prices, invoices, payments, the bank, reminders, the year."""

from __future__ import annotations

from tests.house import records
from tests.house.door import (
    ALOEN,
    EMPLOYEES,
    FINANCE,
    GROUP,
    MAELLE,
    MEMBERS,
    MISSING,
    PRICING,
    SIGNING,
    Door,
    act,
    act_on,
    page,
    record,
)

ACCOUNTS = {
    "billing:day": page(FINANCE),
    "billing:payments": page(GROUP),
    "billing:record_payment": Door(get=FINANCE, post=FINANCE),
    "billing:payment": record(GROUP, records.payment),
    "billing:allocate": act_on(FINANCE, records.payment),
    "billing:reverse_payment": act_on(FINANCE, records.payment),
    "billing:undo_payment": act_on(FINANCE, records.payment),
    "billing:refund_payment": Door(get=FINANCE, post=FINANCE, others=MISSING, make=records.payment),
    "billing:refund_credit_note": Door(get=FINANCE, post=FINANCE, others=MISSING, make=records.credit_note),
    "billing:refunds": page(GROUP),
    "billing:refund": record(GROUP, records.refund),
    "billing:cancel_refund": act_on(FINANCE, records.refund),
    "billing:unallocate": act_on(FINANCE, records.allocation),
    "billing:write_off": act_on(FINANCE, records.issued),
    "billing:settle_whole": act_on(FINANCE, records.issued),
    "billing:apply_credit": act_on(FINANCE, records.credit_note),
    "billing:ageing": page(GROUP),
    "billing:account": record(GROUP | ALOEN, records.account),
    "billing:account_pdf": record(GROUP | ALOEN, records.account),
}
# Bank details are for finance alone.
BANK = {
    "billing:bank": page(FINANCE),
    "billing:import_bank": act(FINANCE),
    "billing:bank_columns": act(FINANCE),
    "billing:bank_layouts": page(FINANCE),
    "billing:drop_layout": act_on(FINANCE, records.bank_layout),
    "billing:statement": record(FINANCE, records.statement),
    "billing:undo_import": act_on(FINANCE, records.statement),
    "billing:accept_certain": act_on(FINANCE, records.statement),
    "billing:set_aside_unrelated": act_on(FINANCE, records.statement),
    "billing:operation": record(FINANCE, records.operation),
    "billing:accept_operation": act_on(FINANCE, records.operation),
    "billing:settle_operation": act_on(FINANCE, records.operation_of_payer),
    "billing:take_back": act_on(FINANCE, records.operation),
    "billing:give_back_operation": act_on(FINANCE, records.operation),
    "billing:set_aside_operation": act_on(FINANCE, records.operation),
    "billing:split_operation": act_on(FINANCE, records.operation),
    "billing:undo_operation": act_on(FINANCE, records.operation),
}
REMINDERS = {
    "billing:reminders": page(GROUP),
    "billing:review_reminders": page(GROUP, records.due_reminder),
    "billing:send_reminders": act(FINANCE),
    "billing:sent_reminders": page(GROUP | MEMBERS, records.none_of(records.reminder)),
    "billing:reminder_letter": record(GROUP | ALOEN, records.reminder),
    "billing:reminder_pdf": record(GROUP | ALOEN, records.reminder_printed),
    "billing:dunning_levels": page(GROUP),
    "billing:install_levels": act(FINANCE),
    "billing:late_costs": page(GROUP),
    "billing:charge_interest": act(FINANCE),
    "billing:dispute": Door(
        get=FINANCE | SIGNING, post=FINANCE | SIGNING, others=MISSING, make=records.issued
    ),
    "billing:close_dispute": Door(get=FINANCE, post=FINANCE, others=MISSING, make=records.dispute),
}
CHARGES = {
    "billing:my_expenses": Door(
        get=EMPLOYEES, post=MAELLE, make=records.none_of(records.expense), hides=("Toner",)
    ),
    "billing:expenses": Door(get=GROUP, post=PRICING),
    "billing:expense": record(GROUP | MAELLE, records.expense),
    "billing:receipt": record(GROUP | MAELLE, records.receipt),
    "billing:accept_expense": act_on(FINANCE, records.expense),
    "billing:refuse_expense": act_on(FINANCE, records.expense),
    "billing:put_back_expense": act_on(FINANCE, records.expense),
    "billing:withdraw_expense": act_on(FINANCE | MAELLE, records.expense),
    "billing:dues": page(GROUP),
    "billing:call_dues": act(FINANCE),
    "billing:ask_deposits": act(FINANCE),
    "billing:release_deposit": act_on(FINANCE, records.deposit),
    "billing:waiting_charges": page(GROUP),
    "billing:add_line": act(FINANCE),
    "billing:withdraw_charge": act_on(FINANCE, records.free_line),
}
# Of what a grant pays for the coordination reads the hours, not the costs: the reports with them are for finance.
GRANTS = {
    "billing:funding": Door(get=GROUP, post=FINANCE),
    "billing:funding_line": record(GROUP, records.grant),
    "billing:funding_tag": Door(get=FINANCE, post=FINANCE, others=MISSING, make=records.grant),
    "billing:funding_untag": act_on(FINANCE, records.grant),
    "billing:funding_tag_expense": act_on(FINANCE, records.grant),
    "billing:funding_untag_expense": act_on(FINANCE, records.grant),
    "billing:funding_lock": act_on(FINANCE, records.grant),
    "billing:funding_csv": record(FINANCE, records.report),
    "billing:funding_xlsx": record(FINANCE, records.report),
    "billing:funding_pdf": record(FINANCE, records.report),
}
CLOSE = {
    "billing:runs": page(GROUP),
    "billing:run": page(GROUP, records.month),
    "billing:progress": page(GROUP, records.month, sent_on=GROUP),
    "billing:draft": act(FINANCE, records.month),
    "billing:discard": act(FINANCE, records.month),
    "billing:send_month": act(FINANCE, records.month),
    "billing:issue": act(FINANCE, records.month),
    "billing:retry": act(FINANCE, records.month),
    "billing:zip": page(FINANCE, records.month, sent_on=FINANCE),
}
# Costs show wages.
COSTS = {
    "billing:costs": page(FINANCE),
    "billing:import_costs": Door(get=FINANCE, post=FINANCE, sent_on=FINANCE),
    "billing:cost_columns": Door(get=FINANCE, post=FINANCE, sent_on=FINANCE),
    "billing:cost_confirm": act(FINANCE),
    "billing:cost_estimate": act(FINANCE),
    "billing:cost_provisions": page(FINANCE),
    "billing:cost_settle_provision": act_on(FINANCE, records.account),
    "billing:cost_aids": page(FINANCE),
    "billing:cost_sample": page(FINANCE, records.month),
    "billing:cost_sample_xlsx": page(FINANCE, records.month),
}
INVOICES = {
    "billing:invoices": page(GROUP | MEMBERS, records.none_of(records.issued)),
    "billing:invoice": record(GROUP | ALOEN, records.issued),
    "billing:send_invoice": act_on(FINANCE, records.issued),
    "billing:send_quote": act_on(PRICING, records.quote),
    "billing:draft_pdf": record(GROUP, records.drafted),
    "billing:pdf": record(GROUP | ALOEN, records.issued, sent_on=GROUP | ALOEN),
    "billing:credit": Door(get=FINANCE, post=FINANCE, others=MISSING, make=records.issued),
    "billing:credit_and_replace": Door(get=FINANCE, post=FINANCE, others=MISSING, make=records.issued),
    "billing:retry_paper": act_on(FINANCE, records.issued),
}
# Prices are agreed on by coordination and finance.
PRICES = {
    "billing:prices": page(PRICING),
    "billing:price_indices": page(PRICING),
    "billing:price": record(PRICING, records.placed),
    "billing:change_price": Door(get=PRICING, post=PRICING, others=MISSING, make=records.placed),
    "billing:revise_price": Door(get=PRICING, post=PRICING, others=MISSING, make=records.placed),
    "billing:simulator": page(PRICING),
    "billing:make_quote": act(PRICING),
    "billing:quotes": page(GROUP | MEMBERS, records.none_of(records.quote)),
    "billing:quote": record(GROUP | ALOEN, records.quote),
    "billing:quote_pdf": record(GROUP | ALOEN, records.quote_printed),
    "billing:accept_quote": Door(get=PRICING, post=PRICING, others=MISSING, make=records.quote),
}
YEAR = {
    "billing:year": page(GROUP),
    "billing:true_up_preview": page(GROUP),
    "billing:prepare_true_up": act(FINANCE),
    "billing:true_up": record(GROUP, records.true_up),
    "billing:issue_true_up": act_on(FINANCE, records.true_up),
    "billing:discard_true_up": act_on(FINANCE, records.true_up),
    "billing:true_up_letter": record(GROUP | ALOEN, records.true_up_letter),
    "billing:liability": page(GROUP),
    "billing:liability_pdf": page(GROUP),
    "billing:my_share": page(MEMBERS),
    "billing:reserve": page(GROUP),
    "billing:note_reserve": act(FINANCE),
}
DOORS: dict[str, Door] = {
    **ACCOUNTS,
    **BANK,
    **REMINDERS,
    **CHARGES,
    **GRANTS,
    **CLOSE,
    **COSTS,
    **INVOICES,
    **PRICES,
    **YEAR,
}
