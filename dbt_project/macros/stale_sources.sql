{% macro stale_sources() -%}
    {%- set limits = {'minute': 60, 'hour': 3600, 'day': 86400} -%}
    {%- set checked = [] -%}
    {%- for node in (graph.sources if execute else {}).values() if node.config.freshness and node.config.freshness.warn_after.count -%}
        {%- set after = node.config.freshness.warn_after -%}
        {%- set table = node.relation_name -%}
        {%- if node.config.loaded_at_query -%}
            {%- set newest = node.config.loaded_at_query | replace('{{ this }}', table) -%}
        {%- else -%}
            {%- set newest = 'select max(' ~ node.config.loaded_at_field ~ ') from ' ~ table -%}
        {%- endif -%}
        {%- do checked.append(
            "select '" ~ node.name ~ "' as source_table, (" ~ newest ~ ') as newest, '
            ~ limits[after.period] * after.count ~ ' as allowed_seconds'
        ) -%}
    {%- endfor -%}
    select
        source_table,
        newest,
        allowed_seconds

    from (
        {{ checked | join('\n        union all\n        ') or 'select null as source_table, null as newest, 0 as allowed_seconds' }}
    ) as checked

    where
        {%- if execute and target.type == 'postgres' %}
        extract(epoch from now() - newest) > allowed_seconds
        {%- else %}
        datediff('second', newest, sysdate()) > allowed_seconds
        {%- endif %}
{%- endmacro %}
