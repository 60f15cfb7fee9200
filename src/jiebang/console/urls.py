"""The addresses of the workbench."""

from django.urls import path

from jiebang.console.views import (
    accounts,
    acts,
    appointments,
    cases,
    enrolment,
    files,
    imports,
    letters,
    log_in,
    organisations,
    people,
    programmes,
    working_years,
)

app_name = "console"

urlpatterns = [
    path("", log_in.home, name="home"),
    path("log-in/", log_in.log_in, name="log_in"),
    path("log-out/", log_in.log_out, name="log_out"),
    path("enter/", log_in.demo_accounts, name="demo_accounts"),
    path("activate/", accounts.activate, name="activate"),
    path("password/", accounts.password, name="password"),
    path("enrol/", enrolment.enrol, name="enrol"),
    path("people/", people.people_page, name="people"),
    path("organisations/", organisations.organisation_list, name="organisations"),
    path("organisations/<key:organisation_id>/", organisations.organisation_page, name="organisation"),
    path("identities/", log_in.identities, name="identities"),
    path("worklist/", cases.worklist, name="worklist"),
    path("letters/", letters.letters, name="letters"),
    path("subjects/", cases.subject_list, name="subjects"),
    path("subjects/<key:subject_id>/", cases.subject_page, name="subject"),
    path("subjects/<key:subject_id>/acts/<slug:stage>/<slug:event>/", acts.act_page, name="act"),
    path("subjects/<key:subject_id>/amounts/<slug:stage>/", acts.amounts_panel, name="amounts"),
    path("subjects/<key:subject_id>/import/<slug:stage>/", imports.import_page, name="import"),
    path("imports/<str:key>/", imports.preview_page, name="import_preview"),
    path("imports/<str:key>/bad-rows.xlsx", imports.bad_rows, name="import_bad_rows"),
    path("subjects/<key:subject_id>/files/<str:fact>/<str:digest>/", files.file_download, name="file"),
    path("subjects/<key:subject_id>/departures/", programmes.departure_page, name="departure"),
    path("subjects/<key:subject_id>/appointments/", appointments.appointment_page, name="appointments"),
    path("programmes/", programmes.programme_list, name="programmes"),
    path("programmes/<slug:slug>/discretion/", programmes.discretion_page, name="discretion"),
    path("programmes/<slug:slug>/documents/", programmes.external_act_page, name="external_act"),
    path("programmes/<slug:slug>/batches/", programmes.open_batch_page, name="open_batch"),
    path("working-years/", working_years.working_years_page, name="working_years"),
    path("receipts/<str:draft>/<key:revision>/", acts.receipt_page, name="receipt"),
]
