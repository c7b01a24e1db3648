{% macro landing_check_counts(feed, keys, files, loaded) -%}
    {%- set sql -%}
        select count(*), coalesce(sum(rows_counted), 0), coalesce(sum(rows_parsed), 0), coalesce(sum(rows_loaded), 0)
        from {{ feed.schema }}.LANDED_FILES
        where feed = {{ landing_literal(feed.name) }} and content_key in {{ keys }} and state = 'loaded'
    {%- endset -%}
    {%- set found = run_query(sql).rows[0] -%}
    {%- if found[0] | int != files or found[1] != found[2] or found[3] | int != loaded -%}
        {%- do landing_abort(
            feed.name ~ ': ' ~ files ~ ' files arrived, and ' ~ found[0] ~ ' with ' ~ found[1]
            ~ ' rows are in the ledger; ' ~ found[2] ~ ' rows were read, and ' ~ loaded ~ ' of ' ~ found[3]
            ~ ' good ones were written. Nothing was landed; run the task again.'
        ) -%}
    {%- endif -%}
{%- endmacro %}
