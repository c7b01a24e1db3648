with

users as (

    select * from {{ ref('dim_users_current') }}

),

transactions as (

    select * from {{ ref('fct_user_totals') }}

),

merchants as (

    select * from {{ ref('dim_merchants') }}

),

-- Recency counts from the last day that has transactions, not from today: the same data give the
-- same metrics whenever they are built. Days after the last landing are errors in the data.
as_of as (

    select max(iff(last_transaction_date <= landed_on, last_transaction_date, null)) as as_of_date

    from (
        select
            last_transaction_date,
            max(last_landed_at) over ()::date as landed_on
        from transactions
    ) as dated

),

-- Everyone who registered or paid.
people as (

    select
        coalesce(users.user_id, transactions.user_id) as user_id,
        coalesce(users.user_key, {{ unknown_key() }}) as user_key,
        coalesce(users.customer_tier, {{ unknown_key() }}) as customer_tier,
        coalesce(not users.is_unknown, false) as is_registered,
        users.first_registration_date,
        transactions.favourite_category,
        transactions.favourite_merchant_key,
        coalesce(transactions.transactions, 0) as transactions,
        coalesce(transactions.reporting_amount, 0) as reporting_amount,
        coalesce(transactions.spending, 0) as spending,
        coalesce(transactions.income, 0) as income,
        coalesce(transactions.other_amount, 0) as other_amount,
        coalesce(transactions.active_days, 0) as active_days,
        coalesce(transactions.active_months, 0) as active_months,
        transactions.first_transaction_date,
        transactions.last_transaction_date,
        as_of.as_of_date,
        greatest(
            datediff('day', transactions.last_transaction_date, as_of.as_of_date), 0
        ) as recency_days

    from users

    full outer join transactions
        on
            users.user_id = transactions.user_id
            and users.is_unknown = transactions.is_unknown_user

    cross join as_of

    where not coalesce(users.is_unknown, false) or transactions.user_id is not null

),

-- Scores only compare people who paid on a day that is known.
scored as (

    select
        user_id,
        user_key,
        {{ quintile('recency_days desc') }} as recency_score,
        {{ quintile('transactions') }} as frequency_score,
        {{ quintile('spending') }} as monetary_score

    from people

    where recency_days is not null

),

final as (

    select
        ---------- ids
        people.user_id,
        people.user_key,
        people.favourite_merchant_key,

        ---------- text
        people.customer_tier,
        people.favourite_category,
        merchants.merchant as favourite_merchant,
        case
            when people.transactions = 0 then 'no transactions'
            when scored.user_id is null then 'undated'
            when scored.recency_score >= 4 and scored.frequency_score >= 4 then 'champion'
            when scored.recency_score >= 4 then 'recent'
            when scored.frequency_score >= 4 then 'at risk'
            when scored.recency_score <= 2 and scored.frequency_score <= 2 then 'lost'
            else 'occasional'
        end as segment,

        ---------- numerics
        people.transactions::number(38, 0) as transactions,
        people.reporting_amount::number(38, 2) as reporting_amount,
        people.spending::number(38, 2) as spending,
        people.income::number(38, 2) as income,
        people.other_amount::number(38, 2) as other_amount,
        round(
            people.spending / nullif(people.transactions, 0), 2
        )::number(38, 2) as average_spending,
        people.active_days::number(38, 0) as active_days,
        people.active_months::number(38, 0) as active_months,
        people.recency_days::number(38, 0) as recency_days,
        scored.recency_score::number(1, 0) as recency_score,
        scored.frequency_score::number(1, 0) as frequency_score,
        scored.monetary_score::number(1, 0) as monetary_score,

        ---------- booleans
        people.is_registered,

        ---------- dates
        people.first_registration_date,
        people.first_transaction_date,
        people.last_transaction_date,
        people.as_of_date

    from people

    left join scored
        on
            people.user_id = scored.user_id
            and people.user_key = scored.user_key

    left join merchants
        on people.favourite_merchant_key = merchants.merchant_key

)

select * from final
