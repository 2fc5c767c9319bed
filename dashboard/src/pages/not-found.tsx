import { Link } from 'wouter';
import { pathTo } from '../../../src/protocol/pages.ts';
import { PageHeading } from '../components/page-heading.tsx';

const LINK = 'font-medium text-accent underline underline-offset-2';

export interface NotFoundProps {
  readonly path: string;
  readonly arrived: boolean;
}

/** What stands at an address that no page has. */
export function NotFound({ path, arrived }: NotFoundProps) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-start gap-2 px-4 py-16">
      <PageHeading title="Page not found" arrived={arrived} />
      <p className="break-all text-muted">There is no page at {path}.</p>
      <p>
        Check the address, or go to{' '}
        <Link href={pathTo.trading} className={LINK}>
          the trading desk
        </Link>
        .
      </p>
    </div>
  );
}
