{% macro landing_changed_feeds() -%}
    {%- set changed = [] -%}
    {%- set definitions = {} -%}
    {%- set feeds = landing_feeds() -%}
    {%- if feeds and adapter.get_relation(target.database, feeds[0].schema, 'FEEDS') -%}
        {%- for row in run_query('select feed, definition from ' ~ feeds[0].schema ~ '.FEEDS').rows -%}
            {%- do definitions.update({row[0]: row[1]}) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- for feed in feeds if definitions.get(feed.name) != landing_definition(feed) -%}
        {%- do changed.append(feed) -%}
    {%- endfor -%}
    {{ return(changed) }}
{%- endmacro %}
