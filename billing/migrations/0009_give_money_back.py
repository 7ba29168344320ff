"""Money given back to members: refunds, counted by what allocations and reversals may use, and told by the bank."""

import django.db.models.deletion
import groupement.kernel.money
import groupement.kernel.triggers
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [('billing', '0008_let_numbers_follow_each_other'), ('members', '0008_keep_phone_numbers_and_tell_what_was_settled'), ('pghistory', '0007_auto_20250421_0444'), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name='Refund',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('paid_on', models.DateField(verbose_name='rendu le')),
                ('amount', groupement.kernel.money.MoneyField(decimal_places=2, max_digits=12, verbose_name='montant')),
                ('method', models.CharField(choices=[('transfer', 'virement'), ('direct_debit', 'prélèvement'), ('cheque', 'chèque'), ('other', 'autre')], max_length=12, verbose_name='moyen')),
                ('reference', models.CharField(blank=True, max_length=140, verbose_name='référence')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('by_rate', models.JSONField(blank=True, default=list, verbose_name='par taux de TVA')),
                ('recorded_at', models.DateTimeField(verbose_name='enregistré le')),
                ('cancelled_on', models.DateField(blank=True, null=True, verbose_name='annulé le')),
                ('cancel_reason', models.CharField(blank=True, max_length=200, verbose_name='motif d’annulation')),
                ('credit_note', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='billing.invoice', verbose_name='avoir')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member', verbose_name='adhérent')),
                ('payment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='billing.payment', verbose_name='règlement')),
                ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'remboursement',
                'verbose_name_plural': 'remboursements',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='refund_is_positive'),
                    models.CheckConstraint(condition=models.Q(models.Q(('credit_note__isnull', True), ('payment__isnull', False)), models.Q(('credit_note__isnull', False), ('payment__isnull', True)), _connector='OR'), name='refund_has_one_source'),
                    models.CheckConstraint(condition=models.Q(models.Q(('cancel_reason', ''), ('cancelled_on__isnull', True)), models.Q(('cancelled_on__isnull', False), models.Q(('cancel_reason', ''), _negated=True)), _connector='OR'), name='a_cancelled_refund_says_why'),
                    models.CheckConstraint(condition=models.Q(('cancelled_on__isnull', True), ('cancelled_on__gte', models.F('paid_on')), _connector='OR'), name='a_refund_is_cancelled_after_it_left'),
                ],
            },
        ),
        migrations.CreateModel(
            name='RefundEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('paid_on', models.DateField(verbose_name='rendu le')),
                ('amount', groupement.kernel.money.MoneyField(decimal_places=2, max_digits=12, verbose_name='montant')),
                ('method', models.CharField(choices=[('transfer', 'virement'), ('direct_debit', 'prélèvement'), ('cheque', 'chèque'), ('other', 'autre')], max_length=12, verbose_name='moyen')),
                ('reference', models.CharField(blank=True, max_length=140, verbose_name='référence')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('by_rate', models.JSONField(blank=True, default=list, verbose_name='par taux de TVA')),
                ('recorded_at', models.DateTimeField(verbose_name='enregistré le')),
                ('cancelled_on', models.DateField(blank=True, null=True, verbose_name='annulé le')),
                ('cancel_reason', models.CharField(blank=True, max_length=200, verbose_name='motif d’annulation')),
                ('credit_note', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='billing.invoice', verbose_name='avoir')),
                ('member', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='members.member', verbose_name='adhérent')),
                ('payment', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='billing.payment', verbose_name='règlement')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='billing.refund')),
                ('recorded_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={'abstract': False},
        ),
        groupement.kernel.triggers.RemoveTrigger(model_name='allocation', name='no_cent_is_allocated_twice'),
        groupement.kernel.triggers.RemoveTrigger(model_name='bankoperation', name='insert_insert'),
        groupement.kernel.triggers.RemoveTrigger(model_name='bankoperation', name='update_update'),
        groupement.kernel.triggers.RemoveTrigger(model_name='payment', name='a_reversed_payment_settles_nothing'),
        migrations.RemoveConstraint(model_name='bankoperation', name='a_matched_operation_has_its_payment'),
        groupement.kernel.triggers.AddTrigger(
            model_name='allocation',
            trigger=pgtrigger.compiler.Trigger(
                name='no_cent_is_allocated_twice',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare='DECLARE invoice billing_invoice%ROWTYPE; origin billing_invoice%ROWTYPE; paid billing_payment%ROWTYPE; taken numeric;',
                    func="\n                    PERFORM 1 FROM billing_invoice WHERE id IN (NEW.invoice_id, NEW.credit_note_id)\n                        ORDER BY id FOR NO KEY UPDATE;\n                    SELECT * INTO invoice FROM billing_invoice WHERE id = NEW.invoice_id;\n                    SELECT COALESCE(SUM(amount), 0) INTO taken FROM billing_allocation\n                        WHERE invoice_id = NEW.invoice_id;\n                    IF invoice.status <> 'issued' OR invoice.kind <> 'invoice'\n                       OR taken + NEW.amount > invoice.total THEN\n                        RAISE EXCEPTION 'an issued invoice is settled up to its total'\n                            USING ERRCODE = 'check_violation';\n                    END IF;\n                    IF NEW.payment_id IS NOT NULL THEN\n                        SELECT * INTO paid FROM billing_payment WHERE id = NEW.payment_id FOR NO KEY UPDATE;\n                        SELECT COALESCE(SUM(amount), 0) INTO taken FROM (\n                            SELECT amount FROM billing_allocation WHERE payment_id = NEW.payment_id\n                            UNION ALL\n                            SELECT amount FROM billing_refund\n                                WHERE payment_id = NEW.payment_id AND cancelled_on IS NULL\n                        ) AS used;\n                        IF paid.member_id <> invoice.member_id OR paid.reversed_on IS NOT NULL\n                           OR taken + NEW.amount > paid.amount THEN\n                            RAISE EXCEPTION 'a payment is used once, for its member'\n                                USING ERRCODE = 'check_violation';\n                        END IF;\n                    END IF;\n                    IF NEW.credit_note_id IS NOT NULL THEN\n                        SELECT * INTO origin FROM billing_invoice WHERE id = NEW.credit_note_id;\n                        SELECT COALESCE(SUM(amount), 0) INTO taken FROM (\n                            SELECT amount FROM billing_allocation WHERE credit_note_id = NEW.credit_note_id\n                            UNION ALL\n                            SELECT amount FROM billing_refund\n                                WHERE credit_note_id = NEW.credit_note_id AND cancelled_on IS NULL\n                        ) AS used;\n                        IF origin.status <> 'issued' OR origin.kind <> 'credit_note'\n                           OR origin.member_id <> invoice.member_id OR taken + NEW.amount > origin.total THEN\n                            RAISE EXCEPTION 'a credit note is used once, for its member'\n                                USING ERRCODE = 'check_violation';\n                        END IF;\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash='ab952da5a192e140f2769270fa41848df2dc70e9',
                    operation='INSERT',
                    pgid='pgtrigger_no_cent_is_allocated_twice_8c2dc',
                    table='billing_allocation',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='bankoperation',
            trigger=pgtrigger.compiler.Trigger(
                name='insert_insert',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "billing_bankoperationevent" ("amount", "booked_on", "counterparty", "has_made_payment", "iban", "id", "is_return", "key", "label", "line", "nature", "note", "part_of_id", "payment_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference", "refund_id", "reverses_id", "statement_id", "status") VALUES (NEW."amount", NEW."booked_on", NEW."counterparty", NEW."has_made_payment", NEW."iban", NEW."id", NEW."is_return", NEW."key", NEW."label", NEW."line", NEW."nature", NEW."note", NEW."part_of_id", NEW."payment_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reference", NEW."refund_id", NEW."reverses_id", NEW."statement_id", NEW."status"); RETURN NULL;',
                    hash='ca8eac1291d499d138731a3ba207d9b9666e3c1e',
                    operation='INSERT',
                    pgid='pgtrigger_insert_insert_a7db8',
                    table='billing_bankoperation',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='bankoperation',
            trigger=pgtrigger.compiler.Trigger(
                name='update_update',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)',
                    func='INSERT INTO "billing_bankoperationevent" ("amount", "booked_on", "counterparty", "has_made_payment", "iban", "id", "is_return", "key", "label", "line", "nature", "note", "part_of_id", "payment_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference", "refund_id", "reverses_id", "statement_id", "status") VALUES (NEW."amount", NEW."booked_on", NEW."counterparty", NEW."has_made_payment", NEW."iban", NEW."id", NEW."is_return", NEW."key", NEW."label", NEW."line", NEW."nature", NEW."note", NEW."part_of_id", NEW."payment_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reference", NEW."refund_id", NEW."reverses_id", NEW."statement_id", NEW."status"); RETURN NULL;',
                    hash='4cde32c28d5ac8f50d68507a96b65f3a24a075d1',
                    operation='UPDATE',
                    pgid='pgtrigger_update_update_2eddf',
                    table='billing_bankoperation',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='payment',
            trigger=pgtrigger.compiler.Trigger(
                name='a_reversed_payment_settles_nothing',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NEW."reversed_on" IS NOT NULL)',
                    func="\n                    IF EXISTS (SELECT FROM billing_allocation WHERE payment_id = NEW.id)\n                       OR EXISTS (SELECT FROM billing_refund WHERE payment_id = NEW.id AND cancelled_on IS NULL) THEN\n                        RAISE EXCEPTION 'a reversed payment settles nothing' USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash='882905d0543dea35c1c768461ddcda3422c15695',
                    operation='UPDATE',
                    pgid='pgtrigger_a_reversed_payment_settles_nothing_fcb91',
                    table='billing_payment',
                    when='BEFORE',
                ),
            ),
        ),
        migrations.AddField(model_name='bankoperation', name='refund', field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='operation', to='billing.refund', verbose_name='remboursement')),
        migrations.AddField(model_name='bankoperationevent', name='refund', field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='billing.refund', verbose_name='remboursement')),
        migrations.AddConstraint(
            model_name='bankoperation',
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(('amount__gt', 0), ('payment__isnull', False), ('refund__isnull', True), ('reverses__isnull', True), ('status', 'matched')),
                    models.Q(models.Q(models.Q(('refund__isnull', True), ('reverses__isnull', False)), models.Q(('refund__isnull', False), ('reverses__isnull', True)), _connector='OR'), ('amount__lt', 0), ('payment__isnull', True), ('status', 'matched')),
                    models.Q(('has_made_payment', False), ('payment__isnull', True), ('refund__isnull', True), ('reverses__isnull', True), ('status__in', ['open', 'set_aside', 'split'])),
                    _connector='OR',
                ),
                name='a_matched_operation_has_its_payment',
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='refund',
            trigger=pgtrigger.compiler.Trigger(
                name='refunds_are_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='dfb691a2890c75a4efb1164f860d784d28dd4484', operation='DELETE', pgid='pgtrigger_refunds_are_kept_7f03a', table='billing_refund', when='BEFORE')
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='refund',
            trigger=pgtrigger.compiler.Trigger(
                name='a_refund_is_cancelled_not_changed',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."by_rate" IS DISTINCT FROM (NEW."by_rate") OR OLD."credit_note_id" IS DISTINCT FROM (NEW."credit_note_id") OR OLD."member_id" IS DISTINCT FROM (NEW."member_id") OR OLD."paid_on" IS DISTINCT FROM (NEW."paid_on") OR OLD."payment_id" IS DISTINCT FROM (NEW."payment_id"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash='eddaed024e2030197aabe3ff96ec598840527139',
                    operation='UPDATE',
                    pgid='pgtrigger_a_refund_is_cancelled_not_changed_ff54d',
                    table='billing_refund',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='refund',
            trigger=pgtrigger.compiler.Trigger(
                name='a_cancelled_refund_stays_cancelled',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."cancelled_on" IS NOT NULL)',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash='1b1116a6935d4c189db123f99b0e7023e3f5c830',
                    operation='UPDATE',
                    pgid='pgtrigger_a_cancelled_refund_stays_cancelled_b9dcf',
                    table='billing_refund',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='refund',
            trigger=pgtrigger.compiler.Trigger(
                name='no_cent_is_given_back_twice',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare='DECLARE origin billing_invoice%ROWTYPE; paid billing_payment%ROWTYPE; taken numeric;',
                    func="\n                    IF NEW.payment_id IS NOT NULL THEN\n                        SELECT * INTO paid FROM billing_payment WHERE id = NEW.payment_id FOR NO KEY UPDATE;\n                        SELECT COALESCE(SUM(amount), 0) INTO taken FROM (\n                            SELECT amount FROM billing_allocation WHERE payment_id = NEW.payment_id\n                            UNION ALL\n                            SELECT amount FROM billing_refund\n                                WHERE payment_id = NEW.payment_id AND cancelled_on IS NULL\n                        ) AS used;\n                        IF paid.member_id <> NEW.member_id OR paid.reversed_on IS NOT NULL\n                           OR NEW.paid_on < paid.received_on OR taken + NEW.amount > paid.amount THEN\n                            RAISE EXCEPTION 'what is left of a payment is given back once, to its member'\n                                USING ERRCODE = 'check_violation';\n                        END IF;\n                    ELSIF NEW.credit_note_id IS NOT NULL THEN\n                        SELECT * INTO origin FROM billing_invoice WHERE id = NEW.credit_note_id FOR NO KEY UPDATE;\n                        SELECT COALESCE(SUM(amount), 0) INTO taken FROM (\n                            SELECT amount FROM billing_allocation WHERE credit_note_id = NEW.credit_note_id\n                            UNION ALL\n                            SELECT amount FROM billing_refund\n                                WHERE credit_note_id = NEW.credit_note_id AND cancelled_on IS NULL\n                        ) AS used;\n                        IF origin.status <> 'issued' OR origin.kind <> 'credit_note'\n                           OR origin.member_id <> NEW.member_id OR NEW.paid_on < origin.issued_on\n                           OR taken + NEW.amount > origin.total THEN\n                            RAISE EXCEPTION 'what is left of a credit note is given back once, to its member'\n                                USING ERRCODE = 'check_violation';\n                        END IF;\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash='f179d6d0dac3a6f7169a0c31b08c7a183184bea1',
                    operation='INSERT',
                    pgid='pgtrigger_no_cent_is_given_back_twice_59068',
                    table='billing_refund',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='refund',
            trigger=pgtrigger.compiler.Trigger(
                name='insert_insert',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "billing_refundevent" ("amount", "by_rate", "cancel_reason", "cancelled_on", "credit_note_id", "id", "member_id", "method", "note", "paid_on", "payment_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "reference") VALUES (NEW."amount", NEW."by_rate", NEW."cancel_reason", NEW."cancelled_on", NEW."credit_note_id", NEW."id", NEW."member_id", NEW."method", NEW."note", NEW."paid_on", NEW."payment_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."recorded_at", NEW."recorded_by_id", NEW."reference"); RETURN NULL;',
                    hash='95a86c3e24cf0dbe49f1b8b39ea3403b41ef4e52',
                    operation='INSERT',
                    pgid='pgtrigger_insert_insert_5eb55',
                    table='billing_refund',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='refund',
            trigger=pgtrigger.compiler.Trigger(
                name='update_update',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)',
                    func='INSERT INTO "billing_refundevent" ("amount", "by_rate", "cancel_reason", "cancelled_on", "credit_note_id", "id", "member_id", "method", "note", "paid_on", "payment_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "reference") VALUES (NEW."amount", NEW."by_rate", NEW."cancel_reason", NEW."cancelled_on", NEW."credit_note_id", NEW."id", NEW."member_id", NEW."method", NEW."note", NEW."paid_on", NEW."payment_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."recorded_at", NEW."recorded_by_id", NEW."reference"); RETURN NULL;',
                    hash='48d2f5e338292c10589faafdae71511de269f23a',
                    operation='UPDATE',
                    pgid='pgtrigger_update_update_94aaa',
                    table='billing_refund',
                    when='AFTER',
                ),
            ),
        ),
    ]
