{% macro land_files(feed, run=invocation_id) -%}
    {%- set feed = landing_feed(feed) -%}
    {%- do landing_ensure_shared_objects() -%}
    {%- do landing_ensure_feed(feed) -%}
    {%- do landing_mark_duplicates(feed) -%}
    {%- set waiting = landing_waiting_files(feed) -%}
    {#- A file whose landing began and never ended may be the reason why it did not end: it lands
        alone, after the new files, and after the files that were tried longer ago. -#}
    {%- set fresh = waiting | rejectattr('has_begun') | batch(500) | list -%}
    {%- set begun = waiting | selectattr('has_begun') | batch(1) | list -%}
    {%- for files in fresh + begun -%}
        {%- do landing_land_batch(feed, files, run) -%}
    {%- endfor -%}
    {%- do landing_report(feed, run) -%}
{%- endmacro %}
