import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { ForAdministrators } from '../components/for-administrators.tsx';
import { PageHeading } from '../components/page-heading.tsx';
import { PartBoundary } from '../components/part-boundary.tsx';
import { LazyPage } from './lazy-page.tsx';
import type { PageProps, Route } from './page.ts';

export interface PageFrameProps extends PageProps {
  readonly route: Route;
  readonly title: string;
  /** The reader has come from another page. */
  readonly arrived: boolean;
  readonly allowed: boolean;
  /** Where the trading desk was left. */
  readonly tradingPath: string;
}

function Content({
  route,
  allowed,
  ...props
}: PageProps & Pick<PageFrameProps, 'route' | 'allowed'>): ReactNode {
  if (!allowed) return <ForAdministrators />;
  return (
    <PartBoundary part="page">
      {'Page' in route ? <route.Page {...props} /> : <LazyPage load={route.load} {...props} />}
    </PartBoundary>
  );
}

/** A page with its heading. */
export function PageFrame({ route, title, arrived, tradingPath, allowed, ...props }: PageFrameProps) {
  const focus = arrived && props.shown;
  if (route.bare) {
    return (
      <>
        {props.shown ? <PageHeading title={title} arrived={focus} hidden /> : null}
        <Content route={route} allowed={allowed} {...props} />
      </>
    );
  }
  return (
    <div className="mx-auto flex max-w-[120rem] flex-col gap-3 p-2 sm:p-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-1">
        <PageHeading title={title} arrived={focus} />
        <Link href={tradingPath} className="ml-auto font-medium text-accent underline underline-offset-2">
          Back to trading
        </Link>
      </div>
      <Content route={route} allowed={allowed} {...props} />
    </div>
  );
}
