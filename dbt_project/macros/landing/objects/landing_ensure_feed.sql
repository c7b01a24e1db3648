{% macro landing_ensure_feed(feed, always=false) -%}
    {%- set definition = landing_definition(feed) -%}
    {%- set line = feed.schema ~ '.FEEDS where feed = ' ~ landing_literal(feed.name) -%}
    {%- set known = run_query('select definition from ' ~ line).rows -%}
    {%- set before = known[0][0] if known else none -%}
    {%- if always or before != definition -%}
        {%- do landing_check_stage(feed, before) -%}
        {%- do landing_evolve_table(feed) -%}
        {%- do run_query(landing_create_stage(feed)) -%}
        {%- if not known -%}
            {%- do run_query(
                'insert into ' ~ feed.schema ~ '.FEEDS (feed) select ' ~ landing_literal(feed.name)
                ~ ' where not exists (select 1 from ' ~ line ~ ')'
            ) -%}
        {%- endif -%}
        {%- if before != definition -%}
            {%- do landing_set_definition(feed, definition) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
