"""What PostgreSQL asks of a step of a timesheet: who recalls, and why a confirmation is taken back late."""

from __future__ import annotations

import pgtrigger

STEP_TRIGGERS = (
    pgtrigger.Trigger(
        name="a_person_and_others_recall_only_their_own",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        condition=pgtrigger.Q(new__kind="recall"),
        declare=[("person", "bigint"), ("handed_in_by", "bigint")],
        func="""
                    SELECT employee.user_id INTO person FROM timesheets_timesheet sheet
                    JOIN employees_employee employee ON employee.id = sheet.employee_id
                    WHERE sheet.id = NEW.subject_id;
                    SELECT by_id INTO handed_in_by FROM timesheets_timesheetstep
                    WHERE subject_id = NEW.subject_id AND kind = 'submit' ORDER BY id DESC LIMIT 1;
                    IF handed_in_by IS NOT NULL AND NEW.by_id IS DISTINCT FROM handed_in_by
                        AND person IN (handed_in_by, NEW.by_id)
                    THEN
                        RAISE EXCEPTION 'a person and others recall only what they handed in'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
    ),
    # One's own within a quarter of an hour is a slip; later others have read it, and read why it goes.
    pgtrigger.Trigger(
        name="a_late_take_back_says_why",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        condition=pgtrigger.Q(new__kind="take_back"),
        func="""
                    IF NEW.note !~ '\\S' AND NOT EXISTS (
                        SELECT 1 FROM timesheets_timesheetstep given
                        WHERE given.id = (
                                SELECT max(id) FROM timesheets_timesheetstep
                                WHERE subject_id = NEW.subject_id AND target = 'confirmed'
                            )
                            AND given.kind = 'confirm' AND given.by_id = NEW.by_id
                            AND NEW.at - given.at <= interval '15 minutes'
                    ) THEN
                        RAISE EXCEPTION 'a confirmation is taken back late with a reason only'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
    ),
)
