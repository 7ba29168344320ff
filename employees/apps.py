"""The application’s name as Django and the admin see it."""

from django.apps import AppConfig


class EmployeesConfig(AppConfig):
    name = "employees"
    verbose_name = "Salariés"
