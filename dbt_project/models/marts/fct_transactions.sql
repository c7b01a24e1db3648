{{ config(materialized='incremental', unique_key='tx_id') }}

with

users as (

    select * from {{ ref('dim_users') }}

),

categories as (

    select * from {{ ref('dim_categories') }}

),

currencies as (

    select * from {{ ref('dim_currencies') }}

),

rates as (

    select * from {{ ref('int_daily_exchange_rates') }}

),

{% if is_incremental() %}

touched as (

    {{ touched_facts() }}

),

{% endif %}

transactions as (

    select
        *,
        {{ calendar_day('transaction_at') }} as transaction_date,
        coalesce(transaction_at, {{ end_of_time() }}) as user_valid_at

    from {{ ref('int_transactions') }}

    {% if is_incremental() %}

    where tx_id in (select touched.tx_id from touched)

    {% endif %}

),

-- The version of the user that was valid at the time; without a time, the current one.
joined as (

    select
        ---------- ids
        transactions.tx_id,
        coalesce(users.user_key, {{ unknown_key() }}) as user_key,
        coalesce(transactions.user_id, {{ unknown_key() }}) as user_id,
        iff(
            transactions.merchant is null,
            {{ unknown_key() }},
            {{ surrogate_key(['lower(transactions.merchant)']) }}
        ) as merchant_key,
        coalesce(categories.category_key, {{ unknown_key() }}) as category_key,
        coalesce(currencies.currency_code, {{ unknown_currency() }}) as currency_code,

        ---------- text
        transactions.source,
        coalesce(categories.transaction_type, {{ unknown_key() }}) as transaction_type,
        transactions.currency,
        transactions.merchant,
        transactions.category,
        '{{ var("reporting_currency") }}' as reporting_currency,
        transactions.source_file,

        ---------- numerics
        transactions.amount,
        rates.exchange_rate,
        round(
            {{ possible_amount('transactions.amount') }} * rates.exchange_rate,
            2
        )::number(38, 2) as reporting_amount,
        transactions.stream_versions,
        transactions.file_versions,

        ---------- booleans
        transactions.is_in_stream,
        transactions.is_in_file,
        transactions.is_contradicted,
        transactions.is_resent,
        {{ is_late('transactions.transaction_at', 'transactions.arrived_at') }} as is_late,
        coalesce(transactions.transaction_at::date < users.first_registration_date, false)
            as is_before_registration,

        ---------- dates and timestamps
        transactions.transaction_date,
        transactions.transaction_at,
        transactions.arrived_at,

        ---------- lineage
        transactions.last_landed_at as landed_at,
        transactions.transformed_at as source_transformed_at,
        users.known_at as user_known_at

    from transactions

    left join users
        on
            transactions.user_id = users.user_id
            -- A user may have the unknown member's name.
            and not users.is_unknown
            and (transactions.user_valid_at >= users.valid_from or users.version_number = 1)
            and (transactions.user_valid_at < users.valid_to or users.is_current)

    left join categories
        on transactions.category = categories.category

    left join currencies
        on transactions.currency = currencies.currency_code

    left join rates
        on
            transactions.transaction_date = rates.date_day
            and transactions.currency = rates.currency_code

),

flagged as (

    select
        *,
        user_key = {{ unknown_key() }} as is_unknown_user,
        merchant_key = {{ unknown_key() }} as is_unknown_merchant,
        category_key = {{ unknown_key() }} as is_unknown_category,
        currency_code = {{ unknown_currency() }} as is_unknown_currency,
        transaction_date = {{ unknown_date() }} as is_unknown_date,
        reporting_amount is null as is_unconverted,
        sysdate() as transformed_at

    from joined

)

select * from flagged
