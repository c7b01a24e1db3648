{% macro land_files(feed, run=invocation_id) -%}
    {%- set feed = landing_feed(feed) -%}
    {%- do landing_ensure_shared_objects() -%}
    {%- do landing_ensure_feed(feed) -%}
    {%- do landing_mark_duplicates(feed) -%}
    {%- set waiting = landing_waiting_files(feed) -%}
    {#- A file whose landing began and never ended may be the reason why it did not end: it lands
        alone, after the new files, and after the files that were tried longer ago. -#}
    {%- for has_begun, size in [(false, 500), (true, 1)] -%}
        {#- Of two contents of one name, the one that was sent later is the newer one in RAW, too. -#}
        {%- for older, files in waiting | selectattr('has_begun', 'eq', has_begun) | groupby('older') -%}
            {%- for batch in landing_batches(files, size) -%}
                {%- do landing_land_batch(feed, batch, landing_now(older), run) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- do landing_report(feed, run) -%}
{%- endmacro %}
