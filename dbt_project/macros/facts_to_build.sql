{% macro facts_to_build(key) -%}
select * from {{ ref('fct_transactions') }}

    {% if is_incremental() %}

    where {{ key }} in (
        {{ changed_groups(key) }}
    )

    {% endif %}
{%- endmacro %}
