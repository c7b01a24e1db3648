{% macro touched_facts() -%}
-- Transactions that are new or have a new version.
    select transactions.tx_id

    from {{ ref('int_transactions') }} as transactions

    where transactions.transformed_at > (
        select coalesce(max(built.source_transformed_at), {{ beginning_of_time() }})
        from {{ this }} as built
    )

    union

    -- Transactions of users who registered, registered again, or were corrected.
    select transactions.tx_id

    from {{ ref('int_transactions') }} as transactions

    inner join {{ ref('dim_users') }} as users
        on
            transactions.user_id = users.user_id
            and not users.is_unknown

    where users.known_at > (
        select coalesce(max(built.user_known_at), {{ beginning_of_time() }})
        from {{ this }} as built
    )

    union

    -- Transactions whose category, currency or rate has changed, or a dbt variable that they use.
    select built.tx_id

    from {{ this }} as built

    left join {{ ref('dim_categories') }} as categories
        on built.category = categories.category

    left join {{ ref('dim_currencies') }} as currencies
        on built.currency = currencies.currency_code

    left join {{ ref('int_daily_exchange_rates') }} as rates
        on
            {{ calendar_day('built.transaction_at') }} = rates.date_day
            and built.currency = rates.currency_code

    where
        built.category_key != coalesce(categories.category_key, {{ unknown_key() }})
        or built.transaction_type != coalesce(categories.transaction_type, {{ unknown_key() }})
        or built.currency_code != coalesce(currencies.currency_code, {{ unknown_currency() }})
        or coalesce(built.exchange_rate, 0) != coalesce(rates.exchange_rate, 0)
        or built.reporting_currency != '{{ var("reporting_currency") }}'
        or built.transaction_date != {{ calendar_day('built.transaction_at') }}
        or built.is_late != {{ is_late('built.transaction_at', 'built.arrived_at') }}
{%- endmacro %}
