"""How records that nobody may mend are shown in Django admin."""

from django.contrib import admin

from members.admin.site import ReadOnly


class Kept(ReadOnly, admin.ModelAdmin):
    """A record shown whole, with the columns that no form may write; the printed copy is read on the invoice itself."""

    hidden = ("id", "snapshot")

    def get_fields(self, request, obj=None):
        return [field.name for field in self.model._meta.fields if field.name not in self.hidden]

    def get_readonly_fields(self, request, obj=None):
        return self.get_fields(request, obj)
