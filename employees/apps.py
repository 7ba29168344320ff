"""The application’s name as Django and the admin see it, and who is a shared employee."""

from django.apps import AppConfig


class EmployeesConfig(AppConfig):
    name = "employees"
    verbose_name = "Salariés"

    def ready(self):
        """Tell the app below how a shared employee is recognised."""
        from members.access import recognise
        from members.roles import Role

        recognise(Role.EMPLOYEE, lambda user: self.get_model("Employee").objects.filter(user=user).exists())
