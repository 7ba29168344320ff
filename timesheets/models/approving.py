"""What PostgreSQL asks of hours that become approved: the triggers of Timesheet for that one move."""

import pgtrigger

BECOMES_APPROVED = pgtrigger.Q(new__status="approved") & ~pgtrigger.Q(old__status="approved")

TRIGGERS = [
    pgtrigger.Trigger(
        name="hours_are_approved_once_their_days_have_come",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=BECOMES_APPROVED,
        func="""
            PERFORM 1 FROM timesheets_entry WHERE timesheet_id = NEW.id
              AND day > (NEW.approved_at AT TIME ZONE 'Europe/Paris')::date;
            IF FOUND THEN
                RAISE EXCEPTION 'hours are approved once their days have come'
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """,
    ),
    pgtrigger.Trigger(
        name="approved_hours_lie_within_what_was_agreed",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=BECOMES_APPROVED,
        func="""
            PERFORM 1 FROM timesheets_entry AS worked
            LEFT JOIN employees_assignment AS placed ON placed.id = NEW.assignment_id
            WHERE worked.timesheet_id = NEW.id AND (
                NOT EXISTS (
                    SELECT 1 FROM employees_contract AS held WHERE held.employee_id = NEW.employee_id
                    AND held.starts_on <= worked.day AND (held.ends_before IS NULL OR held.ends_before > worked.day)
                )
                OR placed.starts_on > worked.day
                OR placed.ends_before <= worked.day
                OR placed.id IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM members_membership AS held WHERE held.member_id = placed.member_id
                    AND held.starts_on <= worked.day AND (held.ends_before IS NULL OR held.ends_before > worked.day)
                )
            );
            IF FOUND THEN
                RAISE EXCEPTION 'approved hours lie within contract, assignment and membership'
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """,
    ),
]
