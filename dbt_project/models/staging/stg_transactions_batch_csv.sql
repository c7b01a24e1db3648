with

source as (

    select * from {{ source('raw', 'transactions_batch_csv') }}

),

renamed as (

    select

        ---------- ids
        tx_id,
        user_id,

        ---------- text
        upper(nullif(trim(currency), '')) as currency,
        nullif(trim(merchant), '') as merchant,
        lower(nullif(trim(category), '')) as category,

        ---------- numerics
        amount,

        ---------- timestamps
        timestamp as transaction_at,

        ---------- lineage
        ingested_at as landed_at,
        coalesce(landing_run, '') as landing_run,
        source_file,
        source_row

    from source

)

select * from renamed
