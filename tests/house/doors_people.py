"""Who may open which address: the entrance, people, the charter, the planning, hours."""

from __future__ import annotations

from typing import Any

from tests.house import records
from tests.house.door import (
    ALOEN,
    ANYBODY,
    COORDINATION,
    EMPLOYEES,
    GROUP,
    LOGGED_IN,
    MAELLE,
    MEMBERS,
    MISSING,
    SIGNING,
    WITH_A_ROLE,
    WRITING,
    Door,
    act,
    act_on,
    page,
    record,
)

# Nolwenn’s deputies are named by her, by a coordinator and by an admin; standing in hands nothing on.
ARRANGING = SIGNING | {"coordinator", "admin"}
# Rules are for good: no deputy sets one.
SETTING = frozenset({"coordinator", "admin"})
ENTERING = EMPLOYEES | WRITING | {"stranger"} | COORDINATION
# Their calendars and their hours are at Sonam.
ELSEWHERE = frozenset({"stranger", "colleague"})
BY_BOTH: dict[str, Any] = {
    "get": ALOEN | MAELLE | GROUP,
    "post": WRITING | MAELLE | COORDINATION,
    "others": MISSING,
}

PEOPLE = {
    "home": page(LOGGED_IN, sent_on=WITH_A_ROLE),
    "member_home": page(MEMBERS),
    "alive": page(ANYBODY, is_open=True),
    "ready": page(ANYBODY, is_open=True),
    "members:switch_role": act(WITH_A_ROLE, refused={"roleless"}),
    "members:theme": act(ANYBODY, is_open=True),
    "members:invitation": Door(get=ANYBODY, post=ANYBODY, make=records.invitation, is_open=True),
    "members:link": page(LOGGED_IN, records.linked, sent_on=LOGGED_IN),
    # A deputy answers for a while; letting people in is for good.
    "members:invite": act_on({"coordinator", "admin"}, records.somebody_new, refused={"coordinator_deputy"}),
    "members:demo_login": act(
        ANYBODY, is_open=True
    ),  # its form is sent in a demonstration; elsewhere there is none
    "members:preferences": Door(get=LOGGED_IN, post=LOGGED_IN, hides=()),
    "members:appoint_deputy": act(ARRANGING, refused=LOGGED_IN - ARRANGING),
    "members:rules": page(GROUP),
    "members:rule": Door(get=GROUP, post=SETTING, make=records.rule_code, others=MISSING),
    "members:withdraw_rule": act_on(SETTING, records.rule, refused=GROUP - SETTING),
    "members:end_deputy": act_on(SIGNING | {"deputy", "coordinator", "admin"}, records.deputyship),
}
# The charter names every member; its next version is the group’s until it is open.
DRAFT = ("/charte/2/",)
CHARTER = {
    "charter:charter": page(LOGGED_IN, records.none_of(records.charter_and_draft), hides=DRAFT),
    "charter:version": record(LOGGED_IN, records.charter_and_draft, hides=DRAFT),
    # A mandate is one’s own: a deputy engages nobody.
    "charter:sign": act_on(SIGNING, records.charter, refused=ALOEN - SIGNING | GROUP),
}
PAPERS = {
    "papers:papers": page(LOGGED_IN, records.none_of(records.paper), hides=("CONV-2026",)),
    "papers:write_agreement": Door(get=COORDINATION, post=COORDINATION, make=records.none_of(records.paper)),
    "papers:paper": record(ALOEN | GROUP, records.paper),
    "papers:pdf": record(ALOEN | GROUP, records.paper),
    "papers:verify": Door(get=ALOEN | GROUP, post=ALOEN | GROUP, others=MISSING, make=records.paper),
    "papers:open_for_signature": act_on(COORDINATION, records.paper_written),
    "papers:void": act_on(COORDINATION, records.paper),
    # A mandate is one’s own: a deputy engages nobody, and the group is engaged by whom the paper names.
    "papers:sign": act_on(SIGNING, records.party, refused=ALOEN - SIGNING | GROUP),
    "papers:record_copy": act_on(COORDINATION, records.party),
    "papers:signed_copy": record(ALOEN | GROUP, records.signed_copy),
    "papers:withdraw": act_on(SIGNING, records.signature, refused=ALOEN - SIGNING | GROUP),
}
PLANNING = {
    "employees:planning": page(WITH_A_ROLE, sent_on=WITH_A_ROLE),
    "employees:week": page(WITH_A_ROLE, records.week),
    "employees:month": page(WITH_A_ROLE, records.month),
    "employees:set_day": act_on(COORDINATION, records.placed),
    "employees:move_day": act_on(COORDINATION, records.placed),
    "employees:check_move": record(COORDINATION, records.placed, queries=("?jour=2026-12-07",)),
    "employees:clear_days": act_on(COORDINATION, records.placed),
    "employees:restore_day": act_on(COORDINATION, records.placed),
    "employees:record_absence": act(COORDINATION | EMPLOYEES),
    "employees:change_absence": act_on(COORDINATION | MAELLE, records.absence),
    "employees:cancel_absence": act_on(COORDINATION | MAELLE, records.absence),
    "employees:feeds": page(WITH_A_ROLE),
    "employees:open_feed": act(WITH_A_ROLE - ELSEWHERE, refused=ELSEWHERE),
    "employees:revoke_feed": act_on(MAELLE, records.feed),
    "employees:feed": page(ANYBODY, records.secret, is_open=True, hides=()),
}
HOURS = {
    "timesheets:my_months": page(EMPLOYEES, sent_on=EMPLOYEES),
    "timesheets:my_month": Door(get=EMPLOYEES, post=EMPLOYEES, make=records.month),
    "timesheets:day": Door(get=EMPLOYEES, post=EMPLOYEES, make=records.day),
    "timesheets:person_month": Door(get=GROUP, post=COORDINATION, others=MISSING, make=records.person),
    "timesheets:person_day": Door(get=GROUP, post=COORDINATION, others=MISSING, make=records.person_day),
    "timesheets:grid": Door(**BY_BOTH, make=records.grid),
    "timesheets:grid_day": Door(**BY_BOTH, make=records.grid_day),
    "timesheets:to_confirm": page(MEMBERS),
    "timesheets:confirm_all": act(WRITING, refused=MEMBERS - WRITING),
    "timesheets:take_back_all": act(WRITING, refused=MEMBERS - WRITING),
    "timesheets:import": Door(get=ENTERING, post=ENTERING - ELSEWHERE),
    "timesheets:import_confirm": act(ENTERING - ELSEWHERE, refused=ELSEWHERE),
    "timesheets:import_report": page(ENTERING, sent_on=ENTERING),
    "timesheets:import_columns": Door(get=ENTERING, post=ENTERING, sent_on=ENTERING),
    "timesheets:forget_columns": act_on(ENTERING, records.layout, refused=ALOEN - WRITING),
    "timesheets:import_sample": page(ENTERING, hides=()),  # a Kerbrat stands in it as the example
    "timesheets:export": page(WITH_A_ROLE, queries=("", "?format=csv&du=2026-01&au=2026-12")),
    "timesheets:balances": page(GROUP),
    "timesheets:my_balance": page(EMPLOYEES),
    "timesheets:member_balance": page(MEMBERS),
}
SHEETS = {
    "timesheets:months": page(GROUP, sent_on=GROUP),
    "timesheets:month": page(GROUP, records.month),
    "timesheets:inbox": page(GROUP, records.month),
    "timesheets:remind_late": act(COORDINATION, records.month),
    "timesheets:month_alerts": page(GROUP, records.month, sent_on=GROUP),
    "timesheets:open": act(COORDINATION, records.month),
    "timesheets:approve_confirmed": act(COORDINATION, records.month),
    "timesheets:undo_approvals": act(COORDINATION, records.month),
    "timesheets:findings": page(GROUP),
    "timesheets:acknowledge": act_on(COORDINATION, records.somebody),
    "timesheets:my_findings": page(EMPLOYEES, records.month_of_findings, hides=("L3121-18",)),
    "timesheets:sheet": record(ALOEN | MAELLE | GROUP, records.sheet),
    "timesheets:signed": record(ALOEN | MAELLE | GROUP, records.signed_sheet),
    "timesheets:confirm": act_on(WRITING, records.sheet, refused=ALOEN - WRITING),
    "timesheets:take_back": act_on(WRITING, records.sheet, refused=ALOEN - WRITING),
    "timesheets:approve": act_on(COORDINATION, records.sheet),
    "timesheets:undo": act_on(COORDINATION, records.sheet),
    "timesheets:settle": act_on(COORDINATION, records.sheet),
    "timesheets:keep": act_on(COORDINATION, records.sheet),
    "timesheets:retain": act_on(COORDINATION, records.sheet),
    "timesheets:return": act_on(COORDINATION, records.sheet),
    "timesheets:reopen": act_on(COORDINATION, records.sheet),
    "timesheets:remind": act_on(COORDINATION, records.sheet),
    "timesheets:prolong": act_on(COORDINATION, records.sheet),
    "timesheets:supplement": act_on(COORDINATION, records.sheet),
}
# The attestation of Aloen that ends is for finance and for who engages Aloen.
ATTESTED = GROUP | SIGNING | {"deputy"}
DUTIES = {
    "secretariat:duties": page(WITH_A_ROLE, records.none_of(records.duty)),
    "secretariat:add_duty": Door(get=GROUP, post=GROUP),
    "secretariat:duty": record(ATTESTED, records.duty),
    "secretariat:fulfil": act_on(GROUP, records.duty),
    "secretariat:reopen": act_on(GROUP, records.done_duty),
    "secretariat:give": act_on(GROUP, records.duty),
    "secretariat:feeds": page(WITH_A_ROLE, hides=()),
    "secretariat:open_feed": act(WITH_A_ROLE),
    "secretariat:revoke_feed": act_on({"coordinator"}, records.duty_feed),
    "secretariat:feed": page(ANYBODY, records.duty_secret, is_open=True, hides=()),
    "secretariat:proof": record(ATTESTED, records.done_duty),
}
DOORS: dict[str, Door] = {**PEOPLE, **PAPERS, **CHARTER, **PLANNING, **HOURS, **SHEETS, **DUTIES}
