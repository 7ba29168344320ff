"""The application’s name as Django and the admin see it, and who is a shared employee, and what stands on others."""

from django.apps import AppConfig


class EmployeesConfig(AppConfig):
    name = "employees"
    verbose_name = "Salariés"

    def ready(self) -> None:
        """Tell the app below how a shared employee is recognised, and what stands on its facts."""
        from employees import leaning
        from employees.models import Employee
        from members.access import recognise
        from members.roles import Role

        recognise(Role.EMPLOYEE, lambda user: Employee.objects.filter(user=user).exists())
        leaning.register()
