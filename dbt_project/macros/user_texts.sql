{% macro user_texts() -%}
    {{ [
        'first_name', 'last_name', 'email', 'income_bracket', 'customer_tier', 'risk_profile', 'city',
        'state', 'country', 'preferred_categories', 'source_system'
    ] | join(',\n        ') }}
{%- endmacro %}
